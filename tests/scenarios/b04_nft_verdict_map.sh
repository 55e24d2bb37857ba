# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# kube-proxy's way: a verdict map sends services without endpoints to one chain.
topo
nft_in srv <<'NFT'
table ip kube-proxy {
	map no-endpoint-services {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.219.7.2 . udp . 5001 comment "default/web:dns" : goto reject-chain }
	}
	chain reject-chain { reject; }
	chain service-endpoints-check {
		ip daddr . meta l4proto . th dport vmap @no-endpoint-services
	}
	chain filter-input {
		type filter hook input priority -110;
		jump service-endpoints-check
	}
}
NFT
nft_rule srv ip kube-proxy reject-chain 'reject'
start_unreach
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"engine":"nft","family":"ip","table":"kube-proxy","chain":"reject-chain","handle":$handle,
         "text":$(json "$text"),"hook":"input"}}
JSON
send cli "$V4" 5001
saw_port_unreachable "$V4"
expect <<JSON
{"outcome":"sent","cause":"rule.nft","confidence":"proven","netns":{"name":"$srv"},
 "rule":{"engine":"nft","family":"ip","table":"kube-proxy","chain":"reject-chain","handle":$handle,
         "text":$(json "$text"),"hook":"input",
         "path":["filter-input","service-endpoints-check","reject-chain"],"path_confidence":"proven",
         "way":[{"chain":"filter-input","text":"jump service-endpoints-check"},
                {"chain":"service-endpoints-check","text":"re:vmap @no-endpoint-services"}],
         "matched":[{"map":"no-endpoint-services","element":"$V4 . udp . 5001",
                     "comment":"default/web:dns","confidence":"proven"}]}}
JSON
