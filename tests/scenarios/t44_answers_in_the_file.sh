# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# -w has the answers, too: each as it crossed the wire, byte by byte, behind the packet that it
# answers; none for what was suppressed, and -r is not led to take one for a refusal.
need_command tcpdump
topo
nft_in srv <<NFT
table inet f {
	chain input { type filter hook input priority 0; udp dport 5002 reject with icmpx admin-prohibited; tcp dport 8080 reject with tcp reset; }
	chain forward { type filter hook forward priority 0; udp dport 5003 reject; }
	chain output { type filter hook output priority 0; ip saddr $V4b meta l4proto icmp drop; }
}
NFT
file=$SCENARIO_OUT/answers.pcapng wire=$SCENARIO_OUT/wire.pcap
start_unreach -w "$file"
nsenter "--net=/run/netns/$cli" -- tcpdump -Z root -i c0 -U --immediate-mode -w "$wire" 2>"$SCENARIO_OUT/tcpdump" &
tcpdump_pid=$!
pids+=("$tcpdump_pid")
wait_file "$SCENARIO_OUT/tcpdump" 'listening on'
for to in "$V4" "$V6"; do
	send cli "$to" 5001
	saw_port_unreachable "$to"
	send cli "$to" 5002
	tcp cli "$to" 8080
	saw '{"result":"ECONNREFUSED"}'
done
send cli "$K4" 5003
saw_port_unreachable "$V4"
send cli "$K6" 5003
saw_port_unreachable "$V6"
send cli "$V4b" 5001
saw_silence
bridged=0
if modprobe -q nft_reject_bridge; then
	in_ns srv nft flush ruleset
	bridge
	in_ns srv nft 'table bridge b { chain f { type filter hook prerouting priority 0; udp dport 5004 reject; tcp dport 8081 reject with tcp reset; }; }'
	wait_attached
	send cli "$B4" 5004
	saw_port_unreachable "$B4"
	send cli "$B6" 5004
	saw_port_unreachable "$B6"
	tcp cli "$B4" 8081
	tcp cli "$B6" 8081
	saw '{"result":"ECONNREFUSED"}'
	bridged=4
	in_ns srv nft flush ruleset # or the module stays for those that come after
fi
pause 0.5
stop_unreach INT
[ "$unreach_status" = 0 ] || fail "unreach ended with status $unreach_status: $(cat "$unreach_err")"
kill -INT "$tcpdump_pid"
wait "$tcpdump_pid" || true
modprobe -qr nft_reject_bridge || true
# Before Linux 5.11 the functions that build a bridge's answers don't hand them out.
[[ $(uname -r) != 5.10.* ]] || in_file=$((8))
python3 - "$file" "$wire" "${in_file:-$((8 + bridged))}" <<'PY' || fail "the answers are not those on the wire"
import struct, sys

def packets_of_pcap(data):
    at = 24
    while at + 16 <= len(data):
        n = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at + 30:at + 16 + n]  # behind the Ethernet header
        at += 16 + n

def packets_of_pcapng(data):
    at = 0
    while at + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, at)
        if kind == 6:
            high, low, n, wire = struct.unpack_from("<IIII", data, at + 12)
            yield (high << 32 | low, wire, data[at + 28:at + 28 + n], data[at + 28 + (n + 3 & ~3):at + length])
        at += length

def total(data):
    data += b"\0" * (len(data) % 2)
    n = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while n >> 16:
        n = (n & 0xffff) + (n >> 16)
    return n

def head(p): return (p[0] & 15) * 4 if p[0] >> 4 == 4 else 40
def proto(p): return p[9] if p[0] >> 4 == 4 else p[6]

def without_sum(p):
    """a capture of a virtual link has the checksum of TCP as the device would get it"""
    return p[:head(p) + 16] + p[head(p) + 18:] if proto(p) == 6 else p

wire = {without_sum(p[:40 + 80]) for p in packets_of_pcap(open(sys.argv[2], "rb").read()) if len(p) >= 40}
found = list(packets_of_pcapng(open(sys.argv[1], "rb").read()))
answers, last, failed = 0, None, False
for time, length, p, options in found:
    if b"unreach=answer" not in options:
        last = (time, p)
        continue
    answers += 1
    if not any(w.startswith(without_sum(p)) for w in wire):
        failed = True
        print("not on the wire:", p.hex())
    if proto(p) == 6:
        pseudo = (p[12:20] if p[0] >> 4 == 4 else p[8:40]) + struct.pack(">HH", 6, len(p) - head(p))
        if total(pseudo + p[head(p):]) != 0xffff:
            failed = True
            print("checksum:", p.hex())
    elif head(p) + 8 + len(last[1]) != len(p) or p[head(p) + 8:] != last[1]:
        failed = True
        print("quotes another packet:", p.hex(), last[1].hex())
    if time < last[0]:
        failed = True
        print("before what it answers")
if answers != int(sys.argv[3]):
    failed = True
    print("%d answers, not %s, behind %d packets" % (answers, sys.argv[3], len(found) - answers))
sys.exit(failed)
PY
unreach -r "$file" --json >"$SCENARIO_OUT/again" || fail "-r: status $?"
[ "$(jq -s 'map(select(.icmp or .answer=="rst"))|length' "$SCENARIO_OUT/again")" = $((9 + bridged)) ] ||
	fail "-r shows others: $(cat "$SCENARIO_OUT/again")"
unreach -q -r "$file" -w "$SCENARIO_OUT/copy.pcapng"
cmp -s <(strings "$file" | grep -c unreach=answer) <(strings "$SCENARIO_OUT/copy.pcapng" | grep -c unreach=answer) ||
	fail 'the copy by -r -w has not as many answers'
