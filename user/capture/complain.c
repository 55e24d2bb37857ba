/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/complain.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

/* A file that could not be read: @begun, from some place on. */
static void unreadable(FILE *err, const char *path, bool begun, int r)
{
	if (r == -EMEDIUMTYPE)
		fprintf(err,
			"unreach: %s is compressed: uncompress it first, or into a pipe to \"-\"\n",
			path);
	else if (r != -EPROTO)
		fprintf(err, "unreach: %s: %s\n", path, strerror(-r));
	else
		fprintf(err, "unreach: %s: %s\n", path,
			begun ? "makes no sense from here on" : "neither a pcapng nor a pcap file");
}

/* It ends too early. */
static void cut_off(FILE *err, const char *path, bool begun, const char *done)
{
	if (begun)
		fprintf(err, "unreach: %s: cut off: what is %s is all up to there\n", path, done);
	else
		fprintf(err, "unreach: %s: empty, or cut off before its first packet\n", path);
}

/* Records that say nothing to us, and which program they do say something to. */
static void not_understood(FILE *err, const char *path, const struct ur_replayed *file)
{
	const uint64_t broken = file->unreadable - file->later;

	if (file->later)
		fprintf(err,
			"unreach: %s: %" PRIu64 " records are in a later format than this version "
			"knows%s%s: read them with the version that wrote them\n",
			path, file->later, file->by[0] ? "; written by " : "", file->by);
	if (broken)
		fprintf(err,
			"unreach: %s: %" PRIu64 " records can't be read: broken, or of a later "
			"version%s%s\n",
			path, broken, file->by[0] ? "; written by " : "", file->by);
}

void ur_complain_unusable(FILE *err, const char *path, int r)
{
	if (r == -ENODATA)
		cut_off(err, path, false, "");
	else
		unreadable(err, path, false, r);
}

bool ur_complain_replayed(FILE *err, const char *path, const struct ur_replayed *file, int r)
{
	const bool begun = file->records + file->without + file->unreadable;

	if (file->unreadable)
		not_understood(err, path, file);
	if (file->cut)
		cut_off(err, path, begun, "shown");
	else if (r)
		unreadable(err, path, begun, r);
	else if (!file->records && !file->unreadable)
		fprintf(err, "unreach: %s: %s\n", path,
			begun ? "no packet in it has evidence recorded beside it" :
				"no packet is in it");
	return !r && !file->cut && !file->unreadable;
}

bool ur_complain_annotated(FILE *err, const char *from, const char *to, bool quiet,
			   const struct ur_annotated *a, int r)
{
	if (!quiet && a->packets)
		fprintf(err,
			"unreach: %" PRIu64 " packets, %" PRIu64
			" of them Destination Unreachable: "
			"%" PRIu64 " explained by recorded evidence, %" PRIu64
			" by what the packet shows\n",
			a->packets, a->errors, a->explained, a->alone);
	if (a->unknown)
		fprintf(err,
			"unreach: %s: %" PRIu64
			" packets are of a link type that is not known here\n",
			from, a->unknown);
	if (a->cut)
		cut_off(err, from, a->packets, "copied");
	else if (r == -EPROTO || r == -EMEDIUMTYPE)
		unreadable(err, from, a->packets, r);
	else if (r)
		fprintf(err, "unreach: %s to %s: %s\n", from, to, strerror(-r));
	else if (!quiet && !a->packets)
		fprintf(err, "unreach: %s: no packet is in it\n", from);
	return !r && !a->cut;
}

bool ur_complain_overwrites(FILE *err, FILE *in, const char *path)
{
	struct stat a, b;

	if (fstat(fileno(in), &a) || !S_ISREG(a.st_mode) || stat(path, &b) ||
	    a.st_dev != b.st_dev || a.st_ino != b.st_ino)
		return false;
	fprintf(err, "unreach: %s is what is to be read: it can't be written as well\n", path);
	return true;
}
