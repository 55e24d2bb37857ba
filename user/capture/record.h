/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once
/* record.h - evidence as JSON text, and back: what a capture file carries with each packet.
 *
 * {"format":1,"by":"unreach 0.1.0","evidence":{...}}, where "evidence" holds the fields of
 * record_fields.h; of an error that came, "received" holds them. Pure but for memory.
 */
#include <jansson.h>
#include <stddef.h>
#include "user/base/cleanup.h"
#include "user/evidence.h"
#include "user/capture/record_fields.h"
#include "user/verdict/received.h"

#define UR_RECORD_FORMAT 1 /* of the frame; new fields do not change it */
#define UR_RECORD_BY_MAX 64

/* The fields of the structure at @data that are not 0; NULL without memory. */
json_t *ur_fields_encode(const struct ur_fields *fields, const void *data);

/* Fill the structure at @data, which is all 0, from @object. What it names and we don't know is
 * passed over. Returns 0, or -EPROTO when a value is of another type, out of range or too long;
 * *@data is filled in part then. */
int ur_fields_decode(const struct ur_fields *fields, const json_t *object, void *data);

/* The record of @ev as ASCII text on one line, the caller's to free; NULL without memory. What
 * is of no use, because a count says so, is left out. */
char *ur_record_write(const struct ur_evidence *ev);

/* Make *@ret from the @len bytes of a record and the packet beside it: the first @snap_len bytes
 * at @snap, refused at @time. Returns 0, -EPROTO for what is no record, -ENOTSUP for one of a
 * later format; *@ret is undefined then. */
int ur_record_read(const char *text, size_t len, const uint8_t *snap, size_t snap_len,
		   const struct timespec *time, struct ur_evidence *ret);

/* The same two for an error that came, and the packet that it quotes. */
char *ur_record_write_received(const struct ur_receipt *r);
int ur_record_read_received(const char *text, size_t len, const uint8_t *snap, size_t snap_len,
			    const struct timespec *time, struct ur_receipt *ret);

/* Who wrote the record, as it says itself, safe to show: "unreach 0.1.0"; "" when it does not. */
void ur_record_by(const char *text, size_t len, char ret[UR_RECORD_BY_MAX]);
