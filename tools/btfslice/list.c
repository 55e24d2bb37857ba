// SPDX-License-Identifier: GPL-2.0-only
/* list.c - the list of wanted types. */
#include "tools/btfslice/slice.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void parse_line(struct slice *s, char *text, int line)
{
	struct want *w;
	char *dot;

	text[strcspn(text, "#\n")] = '\0';
	text += strspn(text, " \t");
	for (char *end = text + strlen(text); end > text && isspace(end[-1]);)
		*--end = '\0';
	if (!*text || !strncmp(text, "module ", 7)) /* the latter is for vmlinux/generate */
		return;
	s->wants = grow(s->wants, s->nwants, sizeof(*w));
	w = &s->wants[s->nwants++];
	*w = (struct want){ .line = line, .optional = *text == '?' };
	w->name = strdup(text + w->optional);
	if (!w->name)
		die("out of memory");
	dot = strchr(w->name, '.');
	if (!dot)
		return;
	*dot = '\0';
	for (char *f = strtok(dot + 1, ", \t"); f; f = strtok(NULL, ", \t")) {
		if (w->nfields == MAX_FIELDS)
			die("%s:%d: more than %d fields: split the line", s->list, line,
			    MAX_FIELDS);
		w->fields[w->nfields++] = f;
	}
	if (!w->nfields)
		die("%s:%d: a dot, but no field after it", s->list, line);
}

void read_list(struct slice *s)
{
	FILE *f = fopen(s->list, "re");
	char *text = NULL;
	size_t size = 0;

	if (!f)
		die("%s: %s", s->list, strerror(errno));
	for (int line = 1; getline(&text, &size, f) >= 0; line++)
		parse_line(s, text, line);
	free(text);
	fclose(f);
}

bool wants_field(struct want *w, const char *name)
{
	bool found = !w || !w->nfields;

	for (int i = 0; !found && i < w->nfields; i++)
		if (!strcmp(w->fields[i] + (*w->fields[i] == '?'), name))
			found = w->used[i] = true;
	return found;
}

struct want *want_of(const struct slice *s, const char *name)
{
	for (int i = 0; *name && i < s->nwants; i++)
		if (!strcmp(s->wants[i].name, name))
			return &s->wants[i];
	return NULL;
}
