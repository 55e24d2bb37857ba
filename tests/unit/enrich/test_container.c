/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/enrich/container.h"

#define ID    "9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d"
#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"
#define UID   "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"

static char root[64];

/* A file below the root, with the folders above it; NULL text: a folder. */
static void make(const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	if (!text) {
		mkdir(full, 0700);
		return;
	}
	f = fopen(full, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int begin(void **state)
{
	(void)state;
	strcpy(root, "/tmp/container.XXXXXX");
	return !mkdtemp(root);
}

static int end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

static struct ur_place place_of(const char *runtime, const char *container, const char *uid)
{
	struct ur_place p = { .looked = UR_FOUND };

	snprintf(p.runtime, sizeof(p.runtime), "%s", runtime);
	snprintf(p.container, sizeof(p.container), "%s", container);
	snprintf(p.pod_uid, sizeof(p.pod_uid), "%s", uid);
	ur_container_name(root, &p);
	return p;
}

static void of_docker(void **state)
{
	(void)state;
	make("/var/lib/docker/containers/" ID "/config.v2.json",
	     "{\"ID\":\"" ID "\",\"Config\":{\"Env\":[\"PASSWORD=x\"]},\"Name\":\"/web-1\"}");
	assert_string_equal(place_of("docker", ID, "").name, "web-1");
	assert_string_equal(place_of("", ID, "").name, "web-1");
	assert_string_equal(place_of("podman", ID, "").name, "");
	assert_string_equal(place_of("docker", OTHER, "").name, "");
	/* Cut, or a name: no path is made of that. */
	assert_string_equal(place_of("docker", "9ec39b91f3d7", "").name, "");
	assert_string_equal(place_of("docker", "../" ID, "").name, "");
}

static void of_podman(void **state)
{
	(void)state;
	make("/var/lib/containers/storage/overlay-containers/containers.json",
	     "[{\"id\":\"" OTHER "\",\"names\":[\"db\"]},"
	     "{\"id\":\"" ID "\",\"names\":[\"shop\",\"alias\"]},7,{\"id\":3}]");
	assert_string_equal(place_of("podman", ID, "").name, "shop");
	assert_string_equal(place_of("", OTHER, "").name, "db");
	assert_string_equal(place_of("docker", ID, "").name, "");
}

static void of_pods(void **state)
{
	struct ur_place p;

	(void)state;
	make("/var/log/containers/web-7d4b9_shop_nginx-side-car-" ID ".log", "");
	make("/var/log/containers/other_shop_nginx-" OTHER ".log", "");
	make("/var/log/pods/shop_web-7d4b9_" UID, NULL);
	p = place_of("containerd", ID, UID);
	assert_string_equal(p.pod, "shop/web-7d4b9");
	assert_string_equal(p.name, "nginx-side-car");
	/* The pod's own, which has no log. */
	p = place_of("cri-o", OTHER "", "11111111-1111-1111-1111-111111111111");
	assert_string_equal(p.name, "nginx");
	p = place_of("", "", UID);
	assert_string_equal(p.pod, "shop/web-7d4b9");
	assert_string_equal(p.name, "");
	p = place_of("", "", "22222222-1111-1111-1111-111111111111");
	assert_string_equal(p.pod, "");
}

/* What the files hold is not ours to believe. */
static void broken_files(void **state)
{
	static const char *const texts[] = {
		"",         "{",   "[]", "{\"Name\":7}", "{\"Name\":\"\"}", "{\"Name\":\"/\"}",
		"\xff\xfe", "null"
	};
	char path[256], *large = malloc(5 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		make("/var/lib/docker/containers/" ID "/config.v2.json", texts[i]);
		assert_string_equal(place_of("docker", ID, "").name, "");
		make("/var/lib/containers/storage/overlay-containers/containers.json", texts[i]);
		assert_string_equal(place_of("podman", ID, "").name, "");
	}
	memset(large, ' ', (5 << 20) - 1);
	large[(5 << 20) - 1] = '\0';
	memcpy(large, "[{\"id\":\"" ID "\",\"names\":[\"shop\"]}]", 91);
	make("/var/lib/containers/storage/overlay-containers/containers.json", large);
	assert_string_equal(place_of("podman", ID, "").name, "");
	free(large);
	/* A fifo nobody writes to must not stop us. */
	snprintf(path, sizeof(path), "%s/var/lib/docker/containers/" ID "/config.v2.json", root);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_string_equal(place_of("docker", ID, "").name, "");
}

/* A name longer than there is room for is cut, and nothing behind it is touched. */
static void long_names(void **state)
{
	char text[600], name[300];
	struct ur_place p;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(text, sizeof(text), "{\"Name\":\"/%s\"}", name);
	make("/var/lib/docker/containers/" ID "/config.v2.json", text);
	p = place_of("docker", ID, "");
	assert_int_equal(strlen(p.name), sizeof(p.name) - 1);
	assert_string_equal(p.container, ID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(of_docker, begin, end),
		cmocka_unit_test_setup_teardown(of_podman, begin, end),
		cmocka_unit_test_setup_teardown(of_pods, begin, end),
		cmocka_unit_test_setup_teardown(broken_files, begin, end),
		cmocka_unit_test_setup_teardown(long_names, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
