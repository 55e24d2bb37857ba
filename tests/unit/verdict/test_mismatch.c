/* SPDX-License-Identifier: GPL-2.0-only */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/sample.h"
#include "user/verdict.h"

static struct ur_evidence ev;
static struct ur_report report;

static void miss(const char *src, const char *dst, uint16_t dport)
{
	sample_miss(&ev, IPPROTO_UDP, src, 40000, dst, dport);
}

static void expect(enum ur_cause cause, const char *why, const char *advice)
{
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.why, why);
	assert_string_equal(report.advice, advice);
	assert_int_equal(report.cause, cause);
	assert_int_equal(report.confidence, UR_PROVEN);
}

static struct ur_sock *kernel_socket(uint8_t mismatch, const char *local, const char *symbol)
{
	struct ur_sock *sk = sample_socket(&ev, mismatch, local, NULL);

	sk->flags = UR_SK_KERNEL;
	SAMPLE_COPY(ev.encap[ev.ev.nsocks - 1], symbol);
	return sk;
}

static void other_address(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 8125);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	expect(UR_CAUSE_SOCKET_ADDRESS,
	       "no UDP socket accepts 10.0.0.5:8125; statsd (pid 812) is bound to 127.0.0.1:8125 only",
	       "bind statsd to 10.0.0.5 or 0.0.0.0");
	miss("fd00::7", "fd00::5", 8125);
	sample_socket(&ev, UR_MM_ADDRESS, "::1", NULL);
	sample_socket(&ev, UR_MM_ADDRESS, "fd00::9", NULL);
	expect(UR_CAUSE_SOCKET_ADDRESS,
	       "no UDP socket accepts [fd00::5]:8125; a socket of uid 33 is bound to [::1]:8125 only, "
	       "and 1 more socket on the port does not fit either",
	       "bind that service to fd00::5 or ::");
}

/* Where others can send to the bound address, the sender may be the one that errs. */
static void an_address_that_others_can_use(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 53);
	sample_socket(&ev, UR_MM_ADDRESS, "10.0.0.9", "dns");
	ev.local_here[0] = UR_FOUND;
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, "bind dns to 10.0.0.5 or 0.0.0.0, or send to 10.0.0.9");
	ev.local_here[0] = UR_FOUND_NONE;
	expect(UR_CAUSE_SOCKET_ADDRESS,
	       "no UDP socket accepts 10.0.0.5:53; dns (pid 812) is bound to 10.0.0.9:53 only, which "
	       "is no local address now",
	       "bind dns to 10.0.0.5 or 0.0.0.0");
	miss("10.0.0.7", "10.0.0.5", 53);
	sample_socket(&ev, UR_MM_ADDRESS, "::ffff:10.0.0.9", "dns");
	ev.local_here[0] = UR_FOUND;
	expect(UR_CAUSE_SOCKET_ADDRESS,
	       "no UDP socket accepts 10.0.0.5:53; dns (pid 812) is bound to 10.0.0.9:53 only",
	       "bind dns to 10.0.0.5 or 0.0.0.0, or send to 10.0.0.9");
	miss("fd00::7", "fd00::5", 53);
	sample_socket(&ev, UR_MM_ADDRESS, "::ffff:10.0.0.9", "dns");
	ev.local_here[0] = UR_FOUND;
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, "bind dns to fd00::5 or ::");
}

static void addresses_of_many(void **state)
{
	static const struct {
		const char *dst, *local, *says;
	} rows[] = {
		{ "10.0.0.5", "224.0.0.251", "224.0.0.251:5353 only, a multicast group" },
		{ "10.0.0.5", "255.255.255.255",
		  "255.255.255.255:5353 only, the broadcast address" },
		{ "fd00::5", "ff02::fb", "[ff02::fb]:5353 only, a multicast group" },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		miss(strchr(rows[i].dst, ':') ? "fd00::7" : "10.0.0.7", rows[i].dst, 5353);
		sample_socket(&ev, UR_MM_ADDRESS, rows[i].local, "mdns");
		ur_verdict_decide(&ev, &report);
		assert_non_null(strstr(report.why, rows[i].says));
		assert_null(strstr(report.advice, "send to"));
	}
}

static void more_than_the_event_holds(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 8125);
	sample_socket(&ev, UR_MM_ADDRESS, "127.0.0.1", "statsd");
	ev.ev.sock_total[UR_MM_ADDRESS] = 1000;
	expect(UR_CAUSE_SOCKET_ADDRESS,
	       "no UDP socket accepts 10.0.0.5:8125; statsd (pid 812) is bound to 127.0.0.1:8125 "
	       "only, and 999 more sockets on the port do not fit either",
	       "bind statsd to 10.0.0.5 or 0.0.0.0");
	ev.ev.sock_total[UR_MM_DEVICE] = 1;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_LIKELY);
	ev.ev.sock_total[UR_MM_DEVICE] = 0;
	ev.ev.flags |= UR_EV_SOCKS_PARTIAL;
	ur_verdict_decide(&ev, &report);
	assert_int_equal(report.confidence, UR_LIKELY);
	assert_non_null(strstr(report.why, "; there are more sockets than could be looked at"));
}

static void other_family(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 53);
	sample_socket(&ev, UR_MM_FAMILY, "::", "dns")->flags = UR_SK_V6ONLY;
	expect(UR_CAUSE_SOCKET_FAMILY,
	       "no UDP socket accepts 10.0.0.5:53; dns (pid 812) on [::]:53 takes IPv6 only "
	       "(IPV6_V6ONLY), the packet is IPv4",
	       "bind dns to 10.0.0.5 or 0.0.0.0 as well, or switch IPV6_V6ONLY off");
	miss("10.0.0.7", "10.0.0.5", 53);
	sample_socket(&ev, UR_MM_FAMILY, "fd00::5", "dns")->flags = UR_SK_V6ONLY;
	expect(UR_CAUSE_SOCKET_FAMILY,
	       "no UDP socket accepts 10.0.0.5:53; dns (pid 812) on [fd00::5]:53 is an IPv6 socket, "
	       "the packet is IPv4",
	       "bind dns to 10.0.0.5 or 0.0.0.0 as well");
	miss("fd00::7", "fd00::5", 53);
	sample_socket(&ev, UR_MM_FAMILY, "0.0.0.0", "dns");
	expect(UR_CAUSE_SOCKET_FAMILY,
	       "no UDP socket accepts [fd00::5]:53; dns (pid 812) on 0.0.0.0:53 is an IPv4 socket, "
	       "the packet is IPv6",
	       "bind dns to fd00::5 or :: as well");
}

static void connect_to(struct ur_sock *sk, const char *peer, uint16_t port)
{
	sk->flags |= UR_SK_CONNECTED;
	sk->inode = 7;
	sample_addr(sk->peer, peer);
	sk->peer_port = port;
}

static void other_peer(void **state)
{
	(void)state;
	miss("10.219.7.1", "10.219.7.2", 5001);
	connect_to(sample_socket(&ev, UR_MM_PEER, "10.219.7.2", "ntpd"), "10.219.7.9", 9);
	expect(UR_CAUSE_SOCKET_PEER,
	       "no UDP socket accepts 10.219.7.2:5001 from 10.219.7.1:40000; ntpd (pid 812) is "
	       "connected to 10.219.7.9:9",
	       "let ntpd serve other peers from a socket that is not connected");
	connect_to(sample_socket(&ev, UR_MM_PEER, "10.219.7.2", "ntpd"), "10.219.7.9", 10);
	ur_verdict_decide(&ev, &report);
	assert_string_equal(
		report.why,
		"no UDP socket accepts 10.219.7.2:5001 from 10.219.7.1:40000; ntpd (pid "
		"812) is connected to 10.219.7.9:9, and all 2 sockets on the port are "
		"connected to others");
	assert_string_equal(report.advice, "if ntpd is a server, it has lost its socket for new "
					   "peers: restart it");
}

static void a_stranger_at_a_clients_port(void **state)
{
	(void)state;
	miss("10.219.7.1", "10.219.7.2", 41000);
	connect_to(sample_socket(&ev, UR_MM_PEER, "10.219.7.2", "dig"), "10.219.7.9", 53);
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, "nothing to do: dig is a client of 10.219.7.9:53, and "
					   "this packet is not from there");
}

static void answer_from_another_address(void **state)
{
	static const char advice[] =
		"if 10.219.7.2 and 10.219.7.3 are one server, make it answer from 10.219.7.2: bind "
		"it to that address, or let it set the source (IP_PKTINFO)";

	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.219.7.3", 5001, "10.219.7.1", 41000);
	connect_to(sample_socket(&ev, UR_MM_PEER, "10.219.7.1", "nc"), "10.219.7.2", 5001);
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, advice);
	sample_miss(&ev, IPPROTO_UDP, "10.219.7.3", 5001, "10.219.7.1", 41000);
	connect_to(sample_socket(&ev, UR_MM_PEER, "::ffff:10.219.7.1", "nc"), "::ffff:10.219.7.2",
		   5001);
	expect(UR_CAUSE_SOCKET_PEER,
	       "no UDP socket accepts 10.219.7.1:41000 from 10.219.7.3:5001; nc (pid 812) is "
	       "connected to 10.219.7.2:5001",
	       advice);
}

static void answer_from_another_port(void **state)
{
	(void)state;
	sample_miss(&ev, IPPROTO_UDP, "10.219.7.2", 5069, "10.219.7.1", 41000);
	connect_to(sample_socket(&ev, UR_MM_PEER, "10.219.7.1", "tftp"), "10.219.7.2", 69);
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice,
			    "if port 5069 of that host answers for its port 69, as TFTP does, "
			    "don't let tftp connect() its socket");
}

/* connect() also chose the local address. */
static void other_address_and_connected(void **state)
{
	(void)state;
	miss("10.219.7.1", "10.219.7.3", 5001);
	connect_to(sample_socket(&ev, UR_MM_ADDRESS, "10.219.7.2", "ntpd"), "10.219.7.9", 9);
	expect(UR_CAUSE_SOCKET_ADDRESS,
	       "no UDP socket accepts 10.219.7.3:5001; ntpd (pid 812) has 10.219.7.2:5001 only, "
	       "connected to 10.219.7.9:9",
	       "see the sockets on the port with `ss -uanp 'sport = :5001'`");
}

static void other_device(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 67);
	sample_socket(&ev, UR_MM_DEVICE, "0.0.0.0", "dhcpd")->bound_ifindex = 5;
	ev.bound[0] = UR_FOUND;
	SAMPLE_COPY(ev.bound_dev[0], "k0");
	expect(UR_CAUSE_SOCKET_DEVICE,
	       "no UDP socket accepts 10.0.0.5:67; dhcpd (pid 812) on 0.0.0.0:67 is bound to device "
	       "k0; the packet came in on eth0",
	       "bind dhcpd to eth0 as well, or to no device");
	ev.bound_dev[0][0] = '\0';
	ev.bound[0] = UR_COULD_NOT;
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "device number 5;"));
	ev.bound[0] = UR_FOUND_NONE;
	expect(UR_CAUSE_SOCKET_DEVICE,
	       "no UDP socket accepts 10.0.0.5:67; dhcpd (pid 812) on 0.0.0.0:67 is bound to device "
	       "number 5, which is gone; the packet came in on eth0",
	       "restart dhcpd: its device was deleted, or made anew, after it had bound to it");
}

static void in_a_vrf(void **state)
{
	(void)state;
	miss("10.0.0.7", "10.0.0.5", 67);
	sample_socket(&ev, UR_MM_DEVICE, "0.0.0.0", "dhcpd");
	SAMPLE_COPY(ev.ev.iifname, "red");
	SAMPLE_COPY(ev.slave, "eth0");
	ev.ev.sdif = 3;
	sample_netns(&ev, "srv");
	expect(UR_CAUSE_SOCKET_DEVICE,
	       "no UDP socket accepts 10.0.0.5:67; dhcpd (pid 812) on 0.0.0.0:67 is in no VRF; the "
	       "packet came in on eth0, in VRF red, and net.ipv4.udp_l3mdev_accept is 0",
	       "start dhcpd in the VRF, `ip netns exec srv ip vrf exec red ...`, or let it serve every "
	       "VRF, `ip netns exec srv sysctl -w net.ipv4.udp_l3mdev_accept=1`");
	ev.ev.socks[0].bound_ifindex = 5;
	SAMPLE_COPY(ev.bound_dev[0], "k0");
	expect(UR_CAUSE_SOCKET_DEVICE,
	       "no UDP socket accepts 10.0.0.5:67; dhcpd (pid 812) on 0.0.0.0:67 is bound to device "
	       "k0; the packet came in on eth0, in VRF red",
	       "bind dhcpd to eth0 or to VRF red as well");
}

/* Sent by this host to an address of its own in the VRF; and names that are no plain words. */
static void inside_a_vrf(void **state)
{
	(void)state;
	miss("10.0.0.5", "10.0.0.5", 67);
	sample_socket(&ev, UR_MM_DEVICE, "0.0.0.0", "dhcpd");
	SAMPLE_COPY(ev.ev.iifname, "red;x");
	ev.ev.iif = ev.ev.sdif = 9;
	expect(UR_CAUSE_SOCKET_DEVICE,
	       "no UDP socket accepts 10.0.0.5:67; dhcpd (pid 812) on 0.0.0.0:67 is in no VRF; the "
	       "packet came in on VRF red;x, and net.ipv4.udp_l3mdev_accept is 0",
	       "start dhcpd in the VRF, `ip vrf exec 'red;x' ...`, or let it serve every VRF, "
	       "`sysctl -w net.ipv4.udp_l3mdev_accept=1`");
	ev.packet.proto = IPPROTO_TCP; /* which has a setting of its own */
	ur_verdict_decide(&ev, &report);
	assert_non_null(strstr(report.why, "net.ipv4.tcp_l3mdev_accept is 0"));
	assert_non_null(strstr(report.advice, "net.ipv4.tcp_l3mdev_accept=1"));
	ev.ev.socks[0].bound_ifindex = 5;
	SAMPLE_COPY(ev.bound_dev[0], "k0");
	ur_verdict_decide(&ev, &report);
	assert_string_equal(report.advice, "bind dhcpd to VRF red;x as well");
}

static void sockets_of_the_kernel(void **state)
{
	(void)state;
	miss("fd00::7", "fd00::5", 4789);
	kernel_socket(UR_MM_FAMILY, "0.0.0.0", "vxlan_rcv [vxlan]");
	expect(UR_CAUSE_SOCKET_FAMILY,
	       "no UDP socket accepts [fd00::5]:4789; the kernel's VXLAN socket on 0.0.0.0:4789 is an "
	       "IPv4 socket, the packet is IPv6",
	       "see its settings with `ip -d link show type vxlan`; it needs an IPv6 endpoint for "
	       "this peer");
	miss("10.0.0.7", "10.0.0.5", 1701);
	connect_to(kernel_socket(UR_MM_PEER, "10.0.0.5", "l2tp_udp_encap_recv [l2tp_core]"),
		   "10.0.0.7", 1701);
	sample_netns(&ev, "srv");
	expect(UR_CAUSE_SOCKET_PEER,
	       "no UDP socket accepts 10.0.0.5:1701 from 10.0.0.7:40000; the kernel's L2TP socket is "
	       "connected to 10.0.0.7:1701",
	       "see its settings with `ip netns exec srv ip l2tp show tunnel`");
	miss("10.0.0.7", "10.0.0.5", 9);
	kernel_socket(UR_MM_ADDRESS, "10.0.0.9", "new_rcv [new]");
	expect(UR_CAUSE_SOCKET_ADDRESS,
	       "no UDP socket accepts 10.0.0.5:9; a kernel socket of new_rcv() is bound to 10.0.0.9:9 "
	       "only",
	       "see the sockets on the port with `ss -uanp 'sport = :9'`");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_address),
		cmocka_unit_test(an_address_that_others_can_use),
		cmocka_unit_test(addresses_of_many),
		cmocka_unit_test(more_than_the_event_holds),
		cmocka_unit_test(other_family),
		cmocka_unit_test(other_peer),
		cmocka_unit_test(a_stranger_at_a_clients_port),
		cmocka_unit_test(answer_from_another_address),
		cmocka_unit_test(answer_from_another_port),
		cmocka_unit_test(other_address_and_connected),
		cmocka_unit_test(other_device),
		cmocka_unit_test(in_a_vrf),
		cmocka_unit_test(inside_a_vrf),
		cmocka_unit_test(sockets_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
