/* SPDX-License-Identifier: GPL-2.0-only */
#include "user/capture/record.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include "user/base/escape.h"

#define WHOLE_MAX 4096 /* bytes of the longest field */
#define HEX_MAX   (2 * WHOLE_MAX)
#define EXACT_MAX (UINT64_C(1) << 53) /* what readers that know doubles only can hold */

/* ---- out ---- */

static uint64_t read_number(const void *at, size_t size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)at;
	case 2:
		return *(const uint16_t *)at;
	case 4:
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

static int64_t read_signed(const void *at, size_t size)
{
	const unsigned int unused = 64 - 8 * (unsigned int)size;

	return (int64_t)(read_number(at, size) << unused) >> unused;
}

static json_t *hex(const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char text[HEX_MAX], *end = text;

	for (size_t i = 0; i < n && i < WHOLE_MAX; i++) {
		*end++ = digits[bytes[i] >> 4];
		*end++ = digits[bytes[i] & 15];
	}
	return json_stringn(text, (size_t)(end - text));
}

static bool all_utf8(const char *text, size_t len)
{
	unsigned int code;

	for (size_t i = 0, n; i < len; i += n) {
		char c[5] = "";

		memcpy(c, text + i, len - i < 4 ? len - i : 4);
		n = ur_utf8_char(c, &code);
		if (!n)
			return false;
	}
	return true;
}

/* What is no UTF-8 goes as bytes: the reader must get what the host said. */
static json_t *encode_string(const char *text, size_t size)
{
	const size_t len = strnlen(text, size);

	return all_utf8(text, len) ? json_stringn(text, len) :
				     json_pack("{s:o}", "hex", hex((const uint8_t *)text, len));
}

static json_t *encode_bytes(const uint8_t *bytes, size_t size)
{
	while (size && !bytes[size - 1])
		size--;
	return hex(bytes, size);
}

static json_t *encode_one(const struct ur_field *f, const uint8_t *at)
{
	const uint64_t number = f->kind == UR_FIELD_UINT ? read_number(at, f->size) : 0;

	switch (f->kind) {
	case UR_FIELD_UINT:
		return number < EXACT_MAX ? json_integer((json_int_t)number) :
					    json_sprintf("0x%llx", (unsigned long long)number);
	case UR_FIELD_INT:
		return json_integer(read_signed(at, f->size));
	case UR_FIELD_BOOL:
		return json_boolean(*at);
	case UR_FIELD_BYTES:
		return encode_bytes(at, f->size);
	case UR_FIELD_STRUCT:
		return ur_fields_encode(f->fields, at);
	default:
		return encode_string((const char *)at, f->size);
	}
}

/* Each byte is 0, as the one before it is: most of the evidence is. */
static bool is_zero(const uint8_t *at, size_t size)
{
	return !size || (!*at && !memcmp(at, at + 1, size - 1));
}

static json_t *encode_array(const struct ur_field *f, const uint8_t *at)
{
	json_t *array = json_array();
	size_t n = f->count;

	while (n && is_zero(at + (n - 1) * f->size, f->size))
		n--;
	for (size_t i = 0; i < n; i++)
		if (json_array_append_new(array, encode_one(f, at + i * f->size))) {
			json_decref(array);
			return NULL;
		}
	return array;
}

json_t *ur_fields_encode(const struct ur_fields *fields, const void *data)
{
	json_t *object = json_object();

	for (size_t i = 0; i < fields->n; i++) {
		const struct ur_field *f = &fields->field[i];
		const uint8_t *at = (const uint8_t *)data + f->offset;

		if (f->kind >= UR_FIELD_BLOCK || is_zero(at, f->size * f->count))
			continue;
		if (json_object_set_new(object, f->name,
					f->count > 1 ? encode_array(f, at) : encode_one(f, at))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* ---- in ---- */

static void store_number(void *at, size_t size, uint64_t number)
{
	switch (size) {
	case 1:
		*(uint8_t *)at = (uint8_t)number;
		break;
	case 2:
		*(uint16_t *)at = (uint16_t)number;
		break;
	case 4:
		*(uint32_t *)at = (uint32_t)number;
		break;
	default:
		*(uint64_t *)at = number;
	}
}

/* An integer, or "0x" and hexadecimal digits. */
static bool read_unsigned(const json_t *value, uint64_t *ret)
{
	const char *text = json_string_value(value);

	if (json_is_integer(value)) {
		*ret = (uint64_t)json_integer_value(value);
		return json_integer_value(value) >= 0;
	}
	if (!text || strncmp(text, "0x", 2) != 0 || !text[2] || strlen(text) > 18 ||
	    text[2 + strspn(text + 2, "0123456789abcdef")])
		return false;
	*ret = strtoull(text, NULL, 16);
	return true;
}

static int decode_uint(const struct ur_field *f, const json_t *value, void *at)
{
	const uint64_t top = f->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * f->size) - 1;
	uint64_t number;

	if (!read_unsigned(value, &number) || number > (f->max ?: top))
		return -EPROTO;
	store_number(at, f->size, number);
	return 0;
}

static int decode_int(const struct ur_field *f, const json_t *value, void *at)
{
	const json_int_t number = json_integer_value(value);

	store_number(at, f->size, (uint64_t)number);
	return json_is_integer(value) && read_signed(at, f->size) == number ? 0 : -EPROTO;
}

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int decode_hex(const json_t *value, uint8_t *at, size_t size)
{
	const char *text = json_string_value(value);
	const size_t len = text ? strlen(text) : 1;

	if (len % 2 || len / 2 > size)
		return -EPROTO;
	for (size_t i = 0; i < len; i += 2) {
		const int high = digit(text[i]), low = digit(text[i + 1]);

		if (high < 0 || low < 0)
			return -EPROTO;
		at[i / 2] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

static int decode_string(const json_t *value, char *at, size_t room)
{
	const size_t len = json_string_length(value);

	if (json_is_object(value))
		return decode_hex(json_object_get(value, "hex"), (uint8_t *)at, room);
	if (!json_is_string(value) || len > room || strlen(json_string_value(value)) != len)
		return -EPROTO;
	memcpy(at, json_string_value(value), len);
	return 0;
}

static int decode_one(const struct ur_field *f, const json_t *value, uint8_t *at)
{
	switch (f->kind) {
	case UR_FIELD_UINT:
		return decode_uint(f, value, at);
	case UR_FIELD_INT:
		return decode_int(f, value, at);
	case UR_FIELD_BOOL:
		*(bool *)at = json_is_true(value);
		return json_is_boolean(value) ? 0 : -EPROTO;
	case UR_FIELD_BYTES:
		return decode_hex(value, at, f->size);
	case UR_FIELD_STRUCT:
		return ur_fields_decode(f->fields, value, at);
	case UR_FIELD_LABEL:
		return decode_string(value, (char *)at, f->size);
	default:
		return decode_string(value, (char *)at, f->size - 1);
	}
}

static int decode_array(const struct ur_field *f, const json_t *array, uint8_t *at)
{
	const size_t n = json_array_size(array);
	int r = json_is_array(array) && n <= f->count ? 0 : -EPROTO;

	for (size_t i = 0; !r && i < n; i++)
		r = decode_one(f, json_array_get(array, i), at + i * f->size);
	return r;
}

int ur_fields_decode(const struct ur_fields *fields, const json_t *object, void *data)
{
	int r = json_is_object(object) ? 0 : -EPROTO;

	for (size_t i = 0; !r && i < fields->n; i++) {
		const struct ur_field *f = &fields->field[i];
		uint8_t *at = (uint8_t *)data + f->offset;
		const json_t *value = f->kind < UR_FIELD_BLOCK ? json_object_get(object, f->name) :
								 NULL;

		if (value)
			r = f->count > 1 ? decode_array(f, value, at) : decode_one(f, value, at);
	}
	return r;
}

/* ---- a whole record ---- */

/* The kernel side leaves behind each list what was there before. */
static void forget_unused(struct ur_event *ev)
{
	memset(ev->socks + ev->nsocks, 0, sizeof(ev->socks[0]) * (UR_SOCKS_MAX - ev->nsocks));
	memset(ev->closed + ev->nclosed, 0, sizeof(ev->closed[0]) * (UR_CLOSED_MAX - ev->nclosed));
	memset(ev->stack + ev->nstack, 0, sizeof(ev->stack[0]) * (UR_STACK_MAX - ev->nstack));
}

/* json_dumps() would leave out what it finds no memory for, and say nothing. */
static int put_part(const char *part, size_t len, void *out)
{
	return fwrite(part, 1, len, out) == len ? 0 : -1;
}

static char *dump(const json_t *root)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	bool failed = !out ||
		      json_dump_callback(root, put_part, out, JSON_COMPACT | JSON_ENSURE_ASCII);

	failed |= out && ferror(out);
	failed |= out && fclose(out);
	if (!failed)
		return text;
	free(text);
	return NULL;
}

static char *frame(const char *name, const struct ur_fields *fields, const void *data)
{
	ur_cleanup(json_decrefp) json_t *root =
		json_pack("{s:i,s:s,s:o}", "format", UR_RECORD_FORMAT, "by", "unreach " UR_VERSION,
			  name, ur_fields_encode(fields, data));

	return root ? dump(root) : NULL;
}

/* Fill the structure at @data from what frame() made. */
static int unframe(const char *text, size_t len, const char *name, const struct ur_fields *fields,
		   void *data)
{
	ur_cleanup(json_decrefp) json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *format = json_object_get(root, "format");

	if (!json_is_integer(format))
		return -EPROTO;
	if (json_integer_value(format) != UR_RECORD_FORMAT)
		return -ENOTSUP;
	memset(data, 0, fields->size);
	return ur_fields_decode(fields, json_object_get(root, name), data);
}

static __u8 put_snap(__u8 *to, const uint8_t *snap, size_t len)
{
	len = len < UR_SNAP_MAX ? len : UR_SNAP_MAX;
	memcpy(to, snap, len);
	return (__u8)len;
}

char *ur_record_write(const struct ur_evidence *ev)
{
	ur_cleanup(ur_freep) struct ur_evidence *copy = malloc(sizeof(*copy));

	if (!copy)
		return NULL;
	*copy = *ev;
	forget_unused(&copy->ev);
	return frame("evidence", &ur_evidence_fields, copy);
}

int ur_record_read(const char *text, size_t len, const uint8_t *snap, size_t snap_len,
		   const struct timespec *time, struct ur_evidence *ret)
{
	int r = unframe(text, len, "evidence", &ur_evidence_fields, ret);

	if (r)
		return r;
	ret->ev.snap_len = put_snap(ret->ev.snap, snap, snap_len);
	ret->time = *time;
	ret->count = ret->count ?: 1;
	return 0;
}

char *ur_record_write_received(const struct ur_receipt *r)
{
	return frame("received", &ur_receipt_fields, r);
}

int ur_record_read_received(const char *text, size_t len, const uint8_t *snap, size_t snap_len,
			    const struct timespec *time, struct ur_receipt *ret)
{
	int r = unframe(text, len, "received", &ur_receipt_fields, ret);

	if (r)
		return r;
	ret->rec.snap_len = put_snap(ret->rec.snap, snap, snap_len);
	ret->time = *time;
	return 0;
}

void ur_record_by(const char *text, size_t len, char ret[UR_RECORD_BY_MAX])
{
	ur_cleanup(json_decrefp) json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	ur_escape(ret, UR_RECORD_BY_MAX, json_string_value(json_object_get(root, "by")) ?: "");
}
