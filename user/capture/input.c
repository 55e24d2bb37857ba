/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/input.h"

#include <errno.h>
#include <string.h>
#include "user/capture/complain.h"

/* Is that because of what was named, not because of this host's state? */
static bool misnamed(int r)
{
	return r == -ENOENT || r == -ENOTDIR || r == -EISDIR || r == -EACCES || r == -ELOOP ||
	       r == -ENAMETOOLONG || r == -EPROTO || r == -EMEDIUMTYPE || r == -ENODATA;
}

int ur_input_open(const char *path, FILE *err, struct ur_input *ret)
{
	struct ur_input input = { .in = strcmp(path, "-") ? fopen(path, "re") : stdin };
	int r = input.in ? ur_savefile_open(input.in, &input.file) : -errno;

	if (!r) {
		*ret = input;
		return 0;
	}
	ur_complain_unusable(err, path, r);
	ur_input_close(&input);
	return misnamed(r) ? -EINVAL : r;
}

void ur_input_close(struct ur_input *input)
{
	ur_savefile_free(input->file);
	if (input->in && input->in != stdin)
		fclose(input->in);
	*input = (struct ur_input){};
}
