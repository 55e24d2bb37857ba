// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/enrich/cgroup.h"

#define ID  "9ec39b91f3d70e1beff50a308f77067065ea6be0d91a3378375056cd4422cf3d"
#define ID2 "a8077b08a56c0c6e33d6716557d882ac940cb09475c50372e22e84c40d0733f2"
#define UID "30cea2cf-1b80-4807-abad-d81453e199c5"

/* As seen on real hosts; where, for what the runtimes' own documents don't show. */
static const struct {
	const char *text, *unit, *runtime, *container, *pod_uid;
} seen[] = {
	/* systemd */
	{ "0::/system.slice/statsd.service\n", "statsd.service", "", "", "" },
	{ "0::/init.scope\n", "init.scope", "", "", "" },
	{ "0::/user.slice/user-1000.slice/session-2.scope\n", "session-2.scope", "", "", "" },
	{ "0::/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service\n", "foo.service",
	  "", "", "" },
	{ "0::/system.slice/system-getty.slice/getty@tty1.service\n", "getty@tty1.service", "", "",
	  "" },
	{ "0::/system.slice/a\\x2db.service/sub/leaf\n", "a\\x2db.service", "", "", "" },
	{ "0::/system.slice/_cpu.service\n", "cpu.service", "", "", "" },
	{ "0::/system.slice/gone.service (deleted)\n", "gone.service", "", "", "" },
	{ "0::/user.slice/user-10000.slice/user@10000.service/app.slice/app-org.gnome.Terminal.slice/"
	  "vte-spawn-f22f14d2-3d44-4304-9879-3fdd0df7b08e.scope\n", /* podman issue 20910 */
	  "vte-spawn-f22f14d2-3d44-4304-9879-3fdd0df7b08e.scope", "", "", "" },
	{ "0::/\n", "", "", "", "" },
	{ "0::/../..\n", "", "", "", "" },
	/* version 1, where not every controller has a folder for it: podman pull request 9332 */
	{ "11:pids:/user.slice/user-0.slice/session-4.scope\n10:blkio:/\n9:cpuset:/\n"
	  "8:devices:/user.slice\n7:freezer:/\n",
	  "session-4.scope", "", "", "" },
	/* Docker, by systemd (neuvector, cgroup_test.go) and by itself; BuildKit has short ids */
	{ "10:devices:/system.slice/docker-" ID ".scope\n9:blkio:/system.slice/docker-" ID
	  ".scope\n1:name=systemd:/system.slice/docker-" ID ".scope\n",
	  "", "docker", ID, "" },
	{ "0::/system.slice/docker-" ID ".scope/init\n", "", "docker", ID, "" },
	{ "0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope\n", "",
	  "docker", ID, "" },
	{ "12:memory:/docker/" ID "\n11:cpu:/docker/" ID "\n", "", "docker", ID, "" },
	{ "0::/docker/buildkit/t4967jvf8rbufklrhkicskyes\n", "", "", "", "" }, /* cryptnono 47 */
	{ "10:net_prio:/" ID "\n9:perf_event:/" ID "\n", "", "", ID, "" },     /* neuvector */
	/* Docker in Docker: the inner daemon (kubernetes issue 18202) */
	{ "9:perf_event:/docker/" ID "\n4:blkio:/docker/" ID
	  "\n1:name=systemd:/system.slice/docker.service\n",
	  "", "docker", ID, "" },
	{ "0::/system.slice/docker-" ID ".scope/docker/" ID2 "\n", "", "docker", ID2, "" },
	/* systemd inside */
	{ "0::/system.slice/docker-" ID ".scope/system.slice/nginx.service\n", "nginx.service",
	  "docker", ID, "" },
	{ "0::/system.slice/docker.service\n", "docker.service", "", "", "" },
	/* containerd alone, and nerdctl */
	{ "12:memory:/k8s.io/" ID "\n", "", "containerd", ID, "" },
	{ "0::/system.slice/nerdctl-" ID ".scope\n", "", "containerd", ID, "" },
	/* Kubernetes: kubectl-trace issue 174, opentelemetry-java pull request 4733, kepler pull
	 * request 684 and issue 153, Qard/container-info, falcosecurity/libs issue 63 */
	{ "0::/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod30cea2cf_1b80_4807_abad_d81453e199c5.slice/crio-" ID2 ".scope\n",
	  "", "cri-o", ID2, UID },
	{ "0::/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod30cea2cf_1b80_4807_abad_d81453e199c5.slice/crio-" ID2
	  ".scope/container\n",
	  "", "cri-o", ID2, UID },
	{ "0::/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod40934a46_d409_4f4a_bb8b_1ec0b0436320.slice/cri-containerd-" ID
	  ".scope\n",
	  "", "containerd", ID, "40934a46-d409-4f4a-bb8b-1ec0b0436320" },
	{ "11:pids:/kubepods.slice/kubepods-besteffort.slice/"
	  "kubepods-besteffort-pod82f40de6_1226_4577_ab35_2f378b9f5e49.slice/docker-" ID ".scope\n",
	  "", "docker", ID, "82f40de6-1226-4577-ab35-2f378b9f5e49" },
	{ "12:memory:/kubepods/pod3e9ee100-e307-4474-8c4c-e97428ebaacd/" ID "\n", "", "", ID,
	  "3e9ee100-e307-4474-8c4c-e97428ebaacd" },
	{ "11:devices:/kubepods/besteffort/pod74c13223-5a00-11e9-b385-42010a80018d/" ID "\n", "",
	  "", ID, "74c13223-5a00-11e9-b385-42010a80018d" },
	{ "11:blkio:/kubepods/burstable/podf6adb0af085d4bab2b5bc853f18d0ce2/" ID "\n", "", "", ID,
	  "f6adb0af085d4bab2b5bc853f18d0ce2" }, /* a static pod: 32 digits */
	{ "0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
	  "kubelet-kubepods-burstable-pod26822839_8c92_4c60_a921_ffc5991fa00f.slice/"
	  "cri-containerd-" ID ".scope\n",
	  "", "containerd", ID, "26822839-8c92-4c60-a921-ffc5991fa00f" },
	{ "11:pids:/system.slice/containerd.service/"
	  "kubepods-burstable-podb4f3dfaf_f987_499d_a04c_2c60eb01958c.slice:cri-containerd:" ID
	  "\n",
	  "", "containerd", ID, "b4f3dfaf-f987-499d-a04c-2c60eb01958c" },
	{ "1:name=systemd:/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-podb4e8e0dc_caf3_4a43_bf50_f84ef5ef7a8f.slice/crio-conmon-" ID
	  ".scope\n",
	  "crio-conmon-" ID ".scope", "", "", "b4e8e0dc-caf3-4a43-bf50-f84ef5ef7a8f" },
	/* a node that is itself a container: minikube issue 11280 */
	{ "0::/docker/" ID "/kubepods.slice/kubepods-besteffort.slice/"
	  "kubepods-besteffort-pod2ca4a155_3599_498d_bb9d_4446693fa3ea.slice/crio-" ID2 ".scope\n",
	  "", "cri-o", ID2, "2ca4a155-3599-498d-bb9d-4446693fa3ea" },
	/* Podman: rootless (systemd_rootless.go of containers/common), conmon, in a service
	 * (coroot-node-agent pull request 251), in a pod without systemd */
	{ "0::/user.slice/user-1001.slice/user@1001.service/user.slice/libpod-" ID
	  ".scope/container\n",
	  "", "podman", ID, "" },
	{ "0::/machine.slice/libpod-conmon-" ID ".scope\n", "libpod-conmon-" ID ".scope", "", "",
	  "" },
	{ "0::/system.slice/app_name.service/libpod-payload-" ID "\n", "app_name.service", "podman",
	  ID, "" },
	{ "0::/libpod_parent/" ID "/libpod-" ID2 "\n", "", "podman", ID2, "" },
	{ "0::/libpod_parent/" ID "/conmon\n", "", "", "", "" },
	/* LXC: lxc issue 2782, sysdig issue 1344; Proxmox; Incus with a project */
	{ "0::/lxc.payload.web1/system.slice/nginx.service\n", "nginx.service", "lxc", "web1", "" },
	{ "4:cpuset:/lxc.payload/web1\n", "", "lxc", "web1", "" },
	{ "4:cpuset:/lxc/web1\n1:name=systemd:/lxc/web1/init.scope\n", "init.scope", "lxc", "web1",
	  "" },
	{ "0::/lxc/100/ns/init.scope\n", "init.scope", "lxc", "100", "" },
	{ "0::/lxc.payload.shop_db\n", "", "lxc", "shop_db", "" },
	{ "0::/lxc.monitor.web1\n", "", "", "", "" },
	/* systemd-nspawn: systemd issues 18104, 38440 */
	{ "0::/machine.slice/machine-TEST\\x2d13.scope/payload/system.slice/a.service\n",
	  "a.service", "systemd-nspawn", "TEST-13", "" },
	{ "0::/machine.slice/machine-web.scope/supervisor\n", "machine-web.scope", "", "", "" },
	{ "1:name=systemd:/machine.slice/machine-web.scope/init.scope\n", "init.scope",
	  "systemd-nspawn", "web", "" },
	{ "0::/machine.slice/systemd-nspawn@web.service/payload\n", "systemd-nspawn@web.service",
	  "systemd-nspawn", "web", "" },
	{ "0::/machine.slice/systemd-nspawn@web.service/supervisor\n", "systemd-nspawn@web.service",
	  "", "", "" },
	/* libvirt: cgroups.rst of its documentation */
	{ "0::/machine.slice/machine-lxc\\x2d12345\\x2ddemo.scope/libvirt\n", "", "libvirt-lxc",
	  "demo", "" },
	{ "0::/machine.slice/machine-qemu\\x2d1\\x2ddemo.scope/libvirt/emulator\n",
	  "machine-qemu\\x2d1\\x2ddemo.scope", "", "", "" },
	{ "1:name=systemd:/machine.slice/machine-qemu\\x2d1\\x2ddemo.scope\n",
	  "machine-qemu\\x2d1\\x2ddemo.scope", "", "", "" },
};

/* Names that are nearly such: they say nothing. */
static const char *const near[] = {
	"0::/system.slice/docker-9ec39b91f3d7.scope.d\n",
	"0::/docker/9ec39b91f3d7\n",
	"0::/docker/" ID "0\n",
	"0::/docker/9EC39B91F3D70E1BEFF50A308F77067065EA6BE0D91A3378375056CD4422CF3D\n",
	"0::/pod30cea2cf-1b80-4807-abad-d81453e199c5\n",
	"0::/kubepods/pod30cea2cf-1b80-4807-abad-d81453e199c\n",
	"0::/kubepods-podx.slice\n",
	"0::/x:cri-containerd:1234\n",
	"0::/lxc.payload.a b\n",
	"0::/lxc\n",
	"0::/payload\n",
	"0::/x (pid 1).service\n",
	"0::/x\033.service\n",
	"0::/.service\n",
	"0::/system.slice\n",
};

static void same(const struct ur_place *place, size_t i)
{
	const bool any = seen[i].unit[0] || seen[i].container[0] || seen[i].pod_uid[0];

	if (strcmp(place->unit, seen[i].unit) || strcmp(place->runtime, seen[i].runtime) ||
	    strcmp(place->container, seen[i].container) || strcmp(place->pod_uid, seen[i].pod_uid))
		fail_msg("%sunit '%s' runtime '%s' container '%s' pod '%s'", seen[i].text,
			 place->unit, place->runtime, place->container, place->pod_uid);
	assert_int_equal(place->looked, any ? UR_FOUND : UR_FOUND_NONE);
}

static void test_seen(void **state)
{
	struct ur_place place;

	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		ur_cgroup_parse(seen[i].text, strlen(seen[i].text), &place);
		same(&place, i);
	}
}

static void test_near(void **state)
{
	struct ur_place place;

	(void)state;
	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		ur_cgroup_parse(near[i], strlen(near[i]), &place);
		if (place.looked != UR_FOUND_NONE)
			fail_msg("%s", near[i]);
	}
}

static void test_no_such_lines(void **state)
{
	static const char *const bad[] = { "",      "\n",       "0::\n",   "0:/x.service\n",
					   "x::/a", "a::/a\n",  "::/a\n",  "0::/cut.service",
					   ":",     "0::a/b\n", "\n\n\n\n" };
	struct ur_place place;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ur_cgroup_parse(bad[i], strlen(bad[i]), &place);
		assert_int_equal(place.looked, UR_COULD_NOT);
		assert_string_equal(place.unit, "");
	}
}

static void leaf(const char *name, size_t len, struct ur_place *place)
{
	ur_cgroup_parse_leaf(name, len, place);
}

static void test_leaf(void **state)
{
	struct ur_place p;

	(void)state;
	leaf("nginx.service", 13, &p);
	assert_int_equal(p.looked, UR_FOUND);
	assert_string_equal(p.unit, "nginx.service");
	leaf("lxc.payload.web1", 16, &p);
	assert_string_equal(p.container, "web1");
	leaf("machine-web.scope", 17, &p); /* systemd-nspawn's own, or a virtual machine's */
	assert_string_equal(p.container, "");
	assert_string_equal(p.unit, "machine-web.scope");
	leaf("", 0, &p);
	assert_int_equal(p.looked, UR_FOUND_NONE);
	leaf("container", 9, &p); /* of crun: the folder above would tell */
	assert_int_equal(p.looked, UR_COULD_NOT);
	leaf("payload", 7, &p);
	assert_int_equal(p.looked, UR_COULD_NOT);
}

/* What is left of long names at 63 bytes. */
static void test_leaf_cut(void **state)
{
	struct ur_place p;
	char id[65];

	(void)state;
	leaf("docker-" ID ".scope", UR_CGROUP_LEAF_MAX, &p);
	snprintf(id, sizeof(id), "%.56s", ID);
	assert_string_equal(p.runtime, "docker");
	assert_string_equal(p.container, id);
	leaf("cri-containerd-" ID ".scope", UR_CGROUP_LEAF_MAX, &p);
	snprintf(id, sizeof(id), "%.48s", ID);
	assert_string_equal(p.container, id);
	leaf(ID, UR_CGROUP_LEAF_MAX, &p);
	assert_string_equal(p.runtime, "");
	snprintf(id, sizeof(id), "%.63s", ID);
	assert_string_equal(p.container, id);
	leaf("libpod-conmon-" ID ".scope", UR_CGROUP_LEAF_MAX, &p);
	assert_string_equal(p.container, "");
	assert_int_equal(p.looked, UR_COULD_NOT);
	leaf("kubepods-besteffort-pod30cea2cf_1b80_4807_abad_d81453e199c5.slice",
	     UR_CGROUP_LEAF_MAX, &p);
	assert_string_equal(p.pod_uid, UID);
	leaf("systemd-fsck@dev-disk-by\\x2duuid-0c2f8d1a\\x2d1111\\x2d2222\\x2d3333.service",
	     UR_CGROUP_LEAF_MAX, &p);
	assert_int_equal(p.looked, UR_COULD_NOT);
}

/* A unit's name may have 255 bytes. */
static void test_long(void **state)
{
	char text[512];
	struct ur_place p;

	(void)state;
	snprintf(text, sizeof(text), "0::/%0240d.service\n", 7);
	ur_cgroup_parse(text, strlen(text), &p);
	assert_int_equal(p.looked, UR_FOUND);
	assert_int_equal(strlen(p.unit), UR_UNIT_MAX - 1);
	snprintf(text, sizeof(text), "0::/lxc.payload.%0240d\n", 7);
	ur_cgroup_parse(text, strlen(text), &p);
	assert_int_equal(strlen(p.container), UR_CONTAINER_MAX - 1);
	snprintf(text, sizeof(text), "0::/machine.slice/machine-%0200d\\x2d.scope/payload\n", 7);
	ur_cgroup_parse(text, strlen(text), &p);
	assert_int_equal(strlen(p.container), UR_CONTAINER_MAX - 1);
}

/* Every start and every single wrong byte, exactly as long as it says: the sanitizers watch
 * the end. */
static void test_reads_no_further(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++) {
		const size_t full = strlen(seen[i].text);

		for (size_t len = 0; len <= full; len++) {
			char *copy = malloc(len ? len : 1);
			struct ur_place place;

			assert_non_null(copy);
			memcpy(copy, seen[i].text, len);
			ur_cgroup_parse(copy, len, &place);
			ur_cgroup_parse_leaf(copy, len, &place);
			for (size_t at = 0; len == full && at < len; at++)
				for (const char *wrong = "/:-._\\x\n\377"; *wrong; wrong++) {
					copy[at] = *wrong;
					ur_cgroup_parse(copy, len, &place);
					copy[at] = seen[i].text[at];
				}
			free(copy);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_no_such_lines),
		cmocka_unit_test(test_leaf),
		cmocka_unit_test(test_leaf_cut),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_reads_no_further),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
