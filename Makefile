# SPDX-License-Identifier: GPL-2.0-only
#
# make            build/unreach
# make help       everything else
#
# bpf/*.bpf.c -> build/unreach{,-plain}.bpf.o -> build/unreach{,-plain}.skel.h
# user/**/*.c -> an object each, per variant (plain, asan, release) -> the programs

# The one place that names the version. Between releases git tells how far behind its tag
# (v and this number) the tree is.
VERSION_BASE := 0.1.0

PREFIX  ?= /usr/local
DESTDIR ?=
KERNEL  ?= 6.12

# ARCH names the folder under vmlinux/, as `uname -m` does, except that arm64 is
# what the kernel, clang and Debian all call it.
MACHINE  := $(patsubst aarch64,arm64,$(shell uname -m))
ARCH     := $(MACHINE)
BPF_ARCH := $(patsubst x86_64,x86,$(ARCH))

# For another machine: Debian's cross compiler, and libraries outside this machine's own.
B := build
ifneq ($(ARCH),$(MACHINE))
ifneq ($(ARCH),arm64)
$(error ARCH=$(ARCH): built for $(MACHINE), this machine, or for arm64)
endif
B       := build/$(ARCH)
GNU     := aarch64-linux-gnu
SYSROOT := $(shell tools/sysroot $(ARCH))
$(if $(SYSROOT),,$(error no libraries for $(ARCH): see above))
CC      := $(GNU)-gcc
OBJCOPY := $(GNU)-objcopy
CROSS_CFLAGS  := -isystem $(SYSROOT)/usr/include -isystem $(SYSROOT)/usr/include/$(GNU) \
	-ffile-prefix-map=$(SYSROOT)=
CROSS_LDFLAGS := -L$(SYSROOT)/usr/lib/$(GNU)
endif

CLANG        ?= clang
LLVM_STRIP   ?= llvm-strip
BPFTOOL      ?= bpftool
OBJCOPY      ?= objcopy
INSTALL      ?= install
CLANG_FORMAT ?= clang-format
CLANG_TIDY   ?= clang-tidy
CPPCHECK     ?= cppcheck

# bpftool lives in sbin, which is not in an ordinary user's PATH on Debian.
export PATH := $(PATH):/usr/sbin:/sbin

Q := $(if $(filter 1,$(V)),,@)
# $(call say,WHAT,file): one line for each thing made, unless V=1 shows the commands.
say = $(if $(Q),@printf '  %-8s %s\n' $(1) $(2))

SHELL := /bin/bash

.DELETE_ON_ERROR:
.SUFFIXES:
# Objects between a source and its program are kept, or each run would compile them again.
.SECONDARY:
.PHONY: all
all: $(if $(GNU),$B/release/unreach,$B/unreach) ## build build/unreach (the default)

# ---- flags and sources ---------------------------------------------------------

# The programs that ask for symbols and tables are objects of their own.
BPF_ASK   := symbols tables
BPF_SRC   := $(filter-out $(BPF_ASK:%=bpf/%.bpf.c),$(sort $(wildcard bpf/*.bpf.c)))
SKELS     := $B/unreach.skel.h $B/unreach-plain.skel.h $(BPF_ASK:%=$B/%.skel.h)
USER_SRC  := $(sort $(wildcard user/*.c user/*/*.c))
UNIT_SRC  := $(wildcard tests/unit/test_*.c tests/unit/*/test_*.c) tests/unit/shared.c
TRUTH_SRC := $(filter-out %.bpf.c,$(wildcard tests/truth/*.c))
BENCH_SRC := $(filter-out %.bpf.c,$(wildcard tests/bench/*.c))
STRESS_SRC := $(wildcard tests/stress/*.c)
FUZZ_SRC  := $(wildcard tests/fuzz/*.c)

# The same sources give the same bytes in any folder.
SAME := -ffile-prefix-map=$(CURDIR)=.

# v3 (32-bit ALU and jumps) is understood since 5.1, so by all kernels we support, and
# saves the shifts that v2 puts around every 32-bit value. What v3 also lets through,
# and 5.10 refuses, are atomics that return a value: tests/lint/bpf looks for them.
BPF_CPU ?= v3
# BPF_PROG() and BPF_KPROBE() give every program a ctx that few of them look at.
BPF_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wno-unused-parameter $(SAME) \
	-target bpf -mcpu=$(BPF_CPU) -D__TARGET_ARCH_$(BPF_ARCH) -iquote . -Ivmlinux/$(ARCH)

CC_FLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE $(SAME) \
	-fstack-protector-strong -iquote . -iquote $B $(CROSS_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LD_FLAGS := -Wl,-z,relro,-z,now -Wl,--as-needed $(CROSS_LDFLAGS) $(LDFLAGS)
LIBS     := -lbpf -lelf -lz -ljansson -lcap -lpcap -lmicrohttpd -lpthread
ASAN     := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
TSAN     := -fsanitize=thread -fno-omit-frame-pointer
FUZZED   := -fsanitize=fuzzer-no-link $(ASAN) -O1 -gline-tables-only
# A static program can't look up users or hosts: the linker only warns, we want to know.
STATIC   := -static -Wl,--fatal-warnings -Wl,--build-id=sha1
# What libpcap asks of the name service switch then comes from user/base/static.c.
WRAPPED  := getaddrinfo freeaddrinfo getprotobyname_r getnetbyname_r gethostbyname ether_hostton
STATIC   += $(WRAPPED:%=-Wl,--wrap=%)
# What libbpf asks of the kernel's types comes from user/probe/lend.c; __snprintf_chk() is what
# Debian's archive of it calls to print.
LENT     := btf__load_vmlinux_btf btf__parse btf__free btf__find_by_name_kind __snprintf_chk
STATIC   += $(LENT:%=-Wl,--wrap=%)
# libmicrohttpd's archive asks for GnuTLS, which has none, for HTTPS, which we never serve: all of
# it is ur_static_no_tls() there.
HTTPD_LIB = $(or $(wildcard $(SYSROOT)/usr/lib/$(GNU)/libmicrohttpd.a),$(shell \
	$(CC) -print-file-name=libmicrohttpd.a))
NO_TLS    = $(shell nm -u $(HTTPD_LIB) 2> /dev/null | \
	sed -nE 's/^ *U (gnutls_[a-z0-9_]+)$$/-Wl,--defsym=\1=ur_static_no_tls/p' | sort -u)

VERSION := $(patsubst v%,%,$(shell git describe --tags --match 'v[0-9]*' --dirty 2> /dev/null || \
	echo $(VERSION_BASE)))
# Only these are compiled again when the version changes.
VERSIONED := $(if $(USER_SRC),$(shell grep -lw UR_VERSION $(USER_SRC)))

.PHONY: FORCE
FORCE:

# $(call stamp,TEXT): recipe of a file that changes only when TEXT does.
stamp = $Qmkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@

# Objects depend on the flags, programs on the list of sources, so that a changed flag
# and a removed file have their effect without make clean.
$B/flags: FORCE
	$(call stamp,$(CC) $(CC_FLAGS) $(LD_FLAGS) $(CLANG) $(BPF_CFLAGS))
$B/sources: FORCE
	$(call stamp,$(BPF_SRC) $(USER_SRC))
$B/version: FORCE
	$(call stamp,$(VERSION))

# Said once, before the first compiler error would: which packages are missing.
$B/checked: tools/deps.txt
	$Qmkdir -p $(@D) && tools/setup --check tools/deps.txt && touch $@
ifdef GNU
	$Qtools/setup --check tests/vm/deps-arm64.txt
endif

# ---- kernel side ---------------------------------------------------------------

# All in one go: the linker of bpftool 7.1 can't merge objects that call a kfunc.
$B/unreach.bpf.c: $B/sources
	$Qprintf '#include "%s"\n' $(BPF_SRC) > $@

# The dwarf goes, the BTF stays: it is what CO-RE needs, and the rest is 10 times its size.
# Twice, for the two ways to read kernel memory (bpf/read.bpf.h): to leave out one of them at
# load takes the kernel as long as to verify the other.
$B/unreach.bpf.o $B/unreach-plain.bpf.o: $B/unreach.bpf.c $B/flags | $B/checked
	$(call say,BPF,$@)
	$Q$(CLANG) $(BPF_CFLAGS) $(if $(findstring plain,$@),,-DUR_RDONLY_CAST) \
		-MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@
	$Q$(LLVM_STRIP) -g -w -N 'LBB*' $@

$(BPF_ASK:%=$B/%.bpf.o): $B/%.bpf.o: bpf/%.bpf.c $B/flags | $B/checked
	$(call say,BPF,$@)
	$Q$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@
	$Q$(LLVM_STRIP) -g -w -N 'LBB*' $@

# ur_bpf, ur_bpf_plain, ur_bpf_symbols, ur_bpf_tables
$(SKELS): $B/%.skel.h: $B/%.bpf.o
	$(call say,SKEL,$@)
	$Q$(BPFTOOL) gen skeleton $< \
		name ur_bpf$(patsubst unreach%,%,$(subst -,_,$(if $(filter $*,$(BPF_ASK)),_)$*)) > $@

-include $B/unreach.bpf.d $B/unreach-plain.bpf.d $(BPF_ASK:%=$B/%.bpf.d)

# ---- user side -----------------------------------------------------------------

# $(call variant,folder,compiler flags): objects of the user side under build/<folder>,
# and all but main.o in an archive, from which each unit test takes what it needs. Two
# folders may have files of one name: ar q keeps both, r would keep the last.
define variant
$B/$(1)/%.o: %.c $B/flags | $(SKELS)
	$$(call say,CC,$$@)
	$$Qmkdir -p $$(@D)
	$$Q$$(CC) $$(CC_FLAGS) $(2) $$(if $$(filter $$<,$$(VERSIONED)),-DUR_VERSION='"$$(VERSION)"') \
		-MMD -MP -c $$< -o $$@
$(VERSIONED:%.c=$B/$(1)/%.o): $B/version
$(1)_OBJ := $(USER_SRC:%.c=$B/$(1)/%.o)
$B/$(1)/user.a: $$(filter-out %/main.o,$$($(1)_OBJ)) $B/sources
	$$Qrm -f $$@ && $$(AR) qcsD $$@ $$(filter %.o,$$^)
$B/$(1)/tests/unit/%: $B/$(1)/tests/unit/%.o $B/$(1)/user.a
	$$(call say,LD,$$@)
	$$Q$$(CC) $$(CC_FLAGS) $(2) $$(LD_FLAGS) $$^ -o $$@ -lcmocka $$(LIBS)
-include $(patsubst %.c,$B/$(1)/%.d,$(USER_SRC) $(UNIT_SRC))
endef

$(eval $(call variant,plain,))
$(eval $(call variant,asan,$(ASAN)))
$(eval $(call variant,tsan,$(TSAN)))
$(eval $(call variant,release,))

$B/unreach: $(plain_OBJ) $B/sources
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(LD_FLAGS) $(plain_OBJ) -o $@ $(LIBS)

$B/asan/unreach: $(asan_OBJ) $B/sources
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(ASAN) $(LD_FLAGS) $(asan_OBJ) -o $@ $(LIBS)

# The thread sanitizer has no static library: this one brings its loader and libraries along, in
# a folder that guests have as /tsan.
TSAN_LINK := -Wl,-rpath,/tsan -Wl,--disable-new-dtags -Wl,--dynamic-linker,/tsan/ld.so
$B/tsan/guest/unreach: $(tsan_OBJ) $B/sources
	$(call say,LD,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(CC_FLAGS) $(TSAN) $(LD_FLAGS) $(TSAN_LINK) $(tsan_OBJ) -o $@ $(LIBS)
$B/tsan/guest/race: tests/threads/race.c $B/flags
	$(call say,LD,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(CC_FLAGS) $(TSAN) $(LD_FLAGS) $(TSAN_LINK) $< -o $@

# One file, copied to a host in trouble, runs. Its symbols stay here, for core dumps.
$B/release/unreach: $(release_OBJ) $B/sources
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(LD_FLAGS) $(STATIC) $(NO_TLS) $(release_OBJ) -o $@ $(LIBS)
	$Q$(OBJCOPY) --only-keep-debug $@ $@.debug
	$Q$(OBJCOPY) --strip-all $@

.PHONY: release asan
release: $B/release/unreach ## build build/release/unreach, one static file that runs anywhere
asan: $B/asan/unreach ## build build/asan/unreach, with address and undefined-behaviour checks

# ---- kernel types --------------------------------------------------------------

SLICE_OBJ := $(patsubst %.c,$B/%.o,$(wildcard tools/btfslice/*.c))
$(SLICE_OBJ): $B/%.o: %.c $B/flags
	$(call say,CC,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(CC_FLAGS) -MMD -MP -c $< -o $@

$B/btfslice: $(SLICE_OBJ)
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(LD_FLAGS) $^ -o $@ -lbpf -lelf -lz
-include $(SLICE_OBJ:.o=.d)

.PHONY: vmlinux
vmlinux: ## make vmlinux/ARCH/vmlinux.h anew, after a change to vmlinux/types.list
	$Q$(MAKE) --no-print-directory ARCH=$(MACHINE) build/btfslice
	$Qvmlinux/generate $(ARCH)

# ---- tests ---------------------------------------------------------------------

.PHONY: callsites
callsites: ## hold tests/callsites against the kernels' sources (downloads 150 MB for each)
	$Qtools/callsites --check

# Not in make test: it downloads 100 MB for each of seven kernels.
.PHONY: core-btf
core-btf: $B/unreach.bpf.o $B/unreach-plain.bpf.o $B/tables.bpf.o ## relocate the programs on Debian's other kernels' BTF (KERNEL='5.10 6.1', or all)
	$Qtests/core/run $(if $(filter command,$(origin KERNEL)),$(KERNEL))

UNIT := $(UNIT_SRC:%.c=$B/plain/%) $(UNIT_SRC:%.c=$B/asan/%)

.PHONY: unit files html html-look top completions service lint analyze analyze-quick tidy verifier verifier-update format truth check test
unit: $(UNIT) ## run the unit tests, plain and with the sanitizers
	$Qtests/unit/run $^

# Those that have several threads; and the program itself, with load on all of its threads.
THREADED := shared test_ahead test_loop test_worker aggregate/test_natlog base/test_queue \
	serve/test_outlet serve/test_serve serve/test_service sink/test_outlet sink/test_top
THREADED := $(THREADED:%=$B/tsan/tests/unit/%)

.PHONY: tsan
tsan: $(THREADED) $B/tsan/guest/unreach $B/tsan/guest/race $B/unreach truth ## look for data races: unit tests, and the program under load (KERNEL=6.12)
	$Qtests/unit/run $(THREADED)
	$Qtests/threads/run $(KERNEL)

$B/fields: $B/plain/tests/files/fields.o $B/plain/user.a
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(LD_FLAGS) $^ -o $@ $(LIBS)
-include $B/plain/tests/files/fields.d

files: $B/unreach $B/fields ## read capture files of earlier versions, and ours with tshark
	$Qtests/files/run $<
	$Qtests/files/rotated $<

html: $B/unreach ## check the page of --html as a document
	$Qtests/html/run $<

top: $B/unreach ## run --top on a terminal, and look at its screen
	$Qtests/top/run $<

html-look: $B/plain/tests/unit/sink/test_html ## open it in headless Chromium; pictures in build/html
	$Qtests/html/look $<

completions: $B/unreach ## compare the shells' completions with --help
	$Qtests/completions/run $<

service: $B/unreach $B/plain/tests/unit/serve/test_metrics_render ## hold service, alerts, dashboard and metrics against their readers
	$Qtests/service/run $<

.PHONY: systemd
systemd: release ## run the service under systemd in a guest: stopped, killed, hung (KERNEL=6.12)
	$Qtests/service/systemd $(KERNEL)

# Calls that can fail are wrapped at link time, and fail one after the other. The linker wraps
# what jansson calls as well where it is linked from its archive.
FAULTS  := malloc calloc realloc strdup strndup open_memstream mmap fopen fdopen opendir \
	fdopendir memfd_create socket pipe2 eventfd timerfd_create read write fwrite fflush \
	fstat stat connect setsockopt getsockopt send recv readlink timerfd_settime prctl \
	pthread_create posix_spawn open openat syscall posix_spawn_file_actions_addopen \
	posix_spawn_file_actions_adddup2 posix_spawn_file_actions_addclosefrom_np cap_init \
	cap_get_proc cap_set_proc cap_drop_bound if_nameindex getifaddrs signalfd epoll_create1 \
	epoll_ctl dup open_by_handle_at poll setns ioctl sendto bind listen getsockname access \
	faccessat readlinkat unlink fseek ftruncate getrandom if_indextoname readdir fgets fread \
	__getdelim fclose
WRAPS   := tests/faults/wrap.o tests/faults/wrap_more.o
$B/faults/%.o: %.c $B/flags
	$(call say,CC,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(CC_FLAGS) $(ASAN) -MMD -MP -c $< -o $@
$B/faults/main.o: $B/asan/user/main.o
	$Qmkdir -p $(@D) && $(OBJCOPY) --redefine-sym main=unreach_main $< $@
$B/faults/run: $(addprefix $B/faults/,tests/faults/run.o $(WRAPS) main.o) $B/asan/user.a
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(ASAN) $(LD_FLAGS) $(FAULTS:%=-Wl,--wrap=%) $^ -o $@ \
		$(patsubst -ljansson,-l:libjansson.a,$(LIBS))
$B/faults/live/%.o: %.c $B/flags
	$Qmkdir -p $(@D) && $(CC) $(CC_FLAGS) -MMD -MP -c $< -o $@
$B/faults/live/main.o: $B/release/user/main.o
	$Qmkdir -p $(@D) && $(OBJCOPY) --redefine-sym main=unreach_main $< $@
$B/faults/live/run: $(addprefix $B/faults/live/,tests/faults/run.o $(WRAPS) main.o) \
		$(filter-out %/main.o,$(release_OBJ))
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(LD_FLAGS) $(STATIC) $(NO_TLS) $(FAULTS:%=-Wl,--wrap=%) $^ -o $@ $(LIBS)
$B/faults/live/running: $(addprefix $B/faults/live/,tests/faults/running.o $(WRAPS) main.o) \
		$(filter-out %/main.o,$(release_OBJ))
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(LD_FLAGS) $(STATIC) $(NO_TLS) $(FAULTS:%=-Wl,--wrap=%) $^ -o $@ $(LIBS)
# The same with libbpf's loading and attaching wrapped: programs are refused by their names.
REFUSABLE := bpf_prog_load bpf_program__attach bpf_program__attach_kprobe
$B/faults/refused/unreach: $B/faults/live/tests/faults/refuse.o $(release_OBJ)
	$(call say,LD,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(CC_FLAGS) $(LD_FLAGS) $(STATIC) $(NO_TLS) $(REFUSABLE:%=-Wl,--wrap=%) $^ -o $@ $(LIBS)
-include $(addprefix $B/faults/tests/faults/,run.d wrap.d wrap_more.d)

.PHONY: faults faults-short refused
faults: $B/faults/run $B/faults/live/run $B/faults/live/running ## fail each call that can fail in turn, and see how it ends (KERNEL=6.12)
	$Q$<
	$Qtests/vm/run $(or $(KERNEL),6.12) --timeout 5000 --share $B/faults/live:/faults -- \
		sh -c '/faults/run --live 24 && /faults/running 40'
faults-short: $B/faults/run
	$Q$< --short
refused: $B/faults/refused/unreach truth ## refuse each program, and those that belong together (KERNEL='6.12 5.10')
	$Qtests/faults/refused/run $(if $(filter command,$(origin KERNEL)),$(KERNEL))

# Static, because they run in guests that have none of this machine's libraries; each says
# itself which interfaces it needs, so that it also compiles alone.
TRUTH  := $(TRUTH_SRC:%.c=$B/%)
STRESS := $(STRESS_SRC:%.c=$B/%)
$(TRUTH) $(STRESS): $B/%: %.c $B/flags | $B/checked
	$(call say,CC,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(CC_FLAGS) -U_GNU_SOURCE -MMD -MP -MF $@.d -static $< -o $@
-include $(TRUTH:=.d) $(STRESS:=.d)
# Programs of BPF that the scenarios attach with tc. clang -target bpf knows no machine's headers.
ASM_INCLUDE = $(if $(GNU),/usr/$(GNU)/include,/usr/include/$(shell $(CC) -print-multiarch))
TRUTH_BPF := $(patsubst %.bpf.c,$B/%.bpf,$(wildcard tests/truth/*.bpf.c))
$(TRUTH_BPF): $B/%.bpf: %.bpf.c $B/flags | $B/checked
	$(call say,BPF,$@)
	$Qmkdir -p $(@D)
	$Q$(CLANG) $(BPF_CFLAGS) -idirafter $(ASM_INCLUDE) -c $< -o $@
truth: $(TRUTH) $(TRUTH_BPF) ## build the programs that make the traffic of the scenarios

# The benchmark's, likewise; one of them is a tracer itself, of one program.
BENCH := $(BENCH_SRC:%.c=$B/%)
$B/tests/bench/one.bpf.o: tests/bench/one.bpf.c $B/flags | $B/checked
	$(call say,BPF,$@)
	$Qmkdir -p $(@D)
	$Q$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@
	$Q$(LLVM_STRIP) -g -w -N 'LBB*' $@
$B/tests/bench/one.skel.h: $B/tests/bench/one.bpf.o
	$(call say,SKEL,$@)
	$Q$(BPFTOOL) gen skeleton $< name one > $@
$(BENCH): $B/%: %.c $B/flags | $B/checked $B/tests/bench/one.skel.h
	$(call say,CC,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(CC_FLAGS) -U_GNU_SOURCE -iquote $B/tests/bench -MMD -MP -MF $@.d -static $< -o $@ \
		$(if $(filter %/one,$@),-lbpf -lelf -lz)
-include $(BENCH:=.d) $B/tests/bench/one.bpf.d

# Fuzzing: by clang's libFuzzer, so these are clang's objects; of what reads or writes anything.
FUZZ     := $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(FUZZ_SRC))
FUZZ_OBJ := $(patsubst %.c,$B/fuzz/%.o,$(filter-out user/main.c user/probe% user/check.c \
	user/loop.c user/worker.c,$(USER_SRC)))
FUZZ_SECONDS ?= 60
$B/fuzz/%.o: %.c $B/flags
	$(call say,FUZZ,$@)
	$Qmkdir -p $(@D)
	$Q$(CLANG) $(CC_FLAGS) $(FUZZED) -DUR_VERSION='"fuzzed"' -MMD -MP -c $< -o $@
$B/fuzz/user.a: $(FUZZ_OBJ) $B/sources
	$Qrm -f $@ && $(AR) qcsD $@ $(filter %.o,$^)
# A filter may name hosts: libpcap's archive looks them up where the release build does.
$(FUZZ): $B/fuzz/%: $B/fuzz/tests/fuzz/%.o $B/fuzz/user.a
	$(call say,LD,$@)
	$Q$(CLANG) $(FUZZED) -fsanitize=fuzzer $(LD_FLAGS) $(WRAPPED:%=-Wl,--wrap=%) $^ -o $@ \
		$(if $(filter %/filter,$@),$(LIBS:-lpcap=-l:libpcap.a),$(LIBS))
# The kernel side's own functions, for this machine: attributes of vmlinux.h mean nothing here.
$B/fuzz/tests/fuzz/bpf/packet.o: tests/fuzz/bpf/packet.c $B/flags
	$(call say,FUZZ,$@)
	$Qmkdir -p $(@D)
	$Q$(CLANG) $(filter-out -target bpf -mcpu=%,$(BPF_CFLAGS)) $(FUZZED) -Wno-unused-variable \
		-Wno-unknown-attributes -Wno-ignored-attributes -MMD -MP -c $< -o $@
$B/fuzz/bpf_packet: $B/fuzz/tests/fuzz/bpf/packet.o
-include $(FUZZ_OBJ:.o=.d) $(FUZZ_SRC:%.c=$B/fuzz/%.d) $B/fuzz/tests/fuzz/bpf/packet.d

.PHONY: fuzz
fuzz: $(FUZZ) ## fuzz all parsers, each for FUZZ_SECONDS=60 (TARGET=NAME: one of them)
	$Qtests/fuzz/run --seconds $(FUZZ_SECONDS) $(TARGET)

# The same inputs each time, as far as the time for it lets: a test that fails now and then
# would be blamed on whoever comes by.
.PHONY: fuzz-short
fuzz-short: $(FUZZ)
	$Qtests/fuzz/run --seconds 2 --seed 1

# Figures are guest instructions, so they don't depend on this machine, or on its load.
.PHONY: bench bench-long stress churn flood soak restarts test-arm64
bench: release truth $(BENCH) ## measure what unreach costs, in guest instructions (KERNEL=6.12)
	$Qtests/bench/run $(KERNEL)

bench-long: release truth $(BENCH) ## the same with up to 100,000 rules and sockets: takes long
	$Qtests/bench/run --long $(KERNEL)

stress: release $(STRESS) ## compare 10,000 verdicts under churn with what happened (KERNEL=6.12)
	$Qtests/stress/run $(KERNEL)

churn: release ## replace rule sets 1,000 times while packets are rejected (KERNEL=6.12)
	$Qtests/churn/run $(KERNEL)

verifier: release ## what each program costs the verifiers of the kernels, against what it did
	$Qtests/verifier/selftest
	$Qtests/verifier/run

verifier-update: release ## record that in tests/verifier/baseline.txt
	$Qtests/verifier/run --update

# What depends on the architecture: who called, what the stack pointer was, how a function
# ends; late modules; other layouts. 6.1 has no fentry there, and names no data.
ARM64_6_12 := m01 a01 a02 a03 a05_ a12_ a18_ a19_ a20_ a22_ a32 a38 b01_ b02_ b05_ b06_ b10 \
	b11 b14 b15 b16_ b18 b40_ b43 r01 t03 t11
ARM64_6_1  := m01 a0 a38 a39b b0 b10_ b14 r01 t03
test-arm64: ## build for arm64, and run the scenarios that depend on that in its guests
	$Qtools/setup tests/vm/deps-arm64.txt
	$Q$(MAKE) --no-print-directory -j$(JOBS) ARCH=arm64 all truth
	$Qtests/vm/matrix --bin build/arm64/release/unreach $(ARM64_6_1:%=--only %) 6.1-arm64
	$Qtests/vm/matrix --bin build/arm64/release/unreach $(ARM64_6_12:%=--only %) 6.12-arm64

flood: release truth ## refuse a million packets in many ways and compare counts (KERNEL=6.12, or all)
	$Qtests/flood/run $(KERNEL)

restarts: release truth ## start and stop it 200 times under load: nothing is left (KERNEL=6.12, or all)
	$Qtests/restarts/run $(KERNEL)

soak: release truth ## refuse ten million packets: memory and descriptors stay (KERNEL=6.12, COUNT=N)
	$Qtests/flood/run --soak $(KERNEL)

lint: $B/unreach ## check style, layering, documents and scripts
	$Qtests/lint/run

# Each stamp is a file without findings. It follows the object, which is made anew when a header
# changes, so that a second run looks at what has changed only. .clang-tidy and tests/lint/cppcheck
# say which checks are off, and why.
# malloc-leak: does not know that a pointer to the first member is one to all; ASan in the unit
# tests finds the real ones.
ANALYZER_OFF := -Wno-analyzer-malloc-leak
# null-dereference: takes errno for 0 where a function of libbpf's has failed; and an array of
# slots for one without any.
$B/analyze/user/probe.gcc $B/analyze/user/probe/symbols.gcc $B/analyze/user/enrich/rule_trees.gcc: \
	ANALYZER_OFF += -Wno-analyzer-null-dereference
GCC_STAMPS  := $(USER_SRC:%.c=$B/analyze/%.gcc)
TIDY_STAMPS := $(USER_SRC:%.c=$B/analyze/%.tidy)
$(GCC_STAMPS): $B/analyze/%.gcc: $B/plain/%.o
	$(call say,ANALYZE,$*.c)
	$Qmkdir -p $(@D)
	$Q$(CC) $(CC_FLAGS) -O1 -fanalyzer $(ANALYZER_OFF) -DUR_VERSION='"$(VERSION)"' -c $*.c -o /dev/null && touch $@
$(TIDY_STAMPS): $B/analyze/%.tidy: $B/plain/%.o .clang-tidy
	$(call say,TIDY,$*.c)
	$Qmkdir -p $(@D)
	$Q$(CLANG_TIDY) --quiet $*.c -- $(CC_FLAGS) -DUR_VERSION='"$(VERSION)"' 2> $@.err || \
		{ cat $@.err >&2; exit 1; }
	$Qtouch $@

analyze: analyze-quick tidy ## run gcc -fanalyzer, cppcheck and clang-tidy over user/ (slow at first)

# What make test has the time for.
analyze-quick: $(GCC_STAMPS)
	$Qtests/lint/cppcheck $(CPPCHECK) $B/analyze/cppcheck

tidy: $(TIDY_STAMPS)

format: ## bring all C files into the project's form
	$Qgit ls-files -co --exclude-standard '*.c' '*.h' ':!vmlinux/*/vmlinux.h' | \
		xargs $(CLANG_FORMAT) -i

JOBS := $(shell nproc)

# The scenarios that break first; all of them take some minutes per kernel.
CORE := --only a0 --only b0 --only b14
check: ## the inner loop: build, unit tests, and the core scenarios on one kernel (KERNEL=6.12)
	$Q$(MAKE) --no-print-directory -j$(JOBS) all release truth
	$Q$(MAKE) --no-print-directory -j$(JOBS) unit
	$Qtests/vm/matrix $(CORE) $(KERNEL)

test: ## install what is missing, build, and run every test
	$Qtools/setup
	$Q$(MAKE) --no-print-directory -j$(JOBS) all release truth $(STRESS)
	$Q$(MAKE) --no-print-directory lint
	$Qtests/lint/selftest
	$Qtests/verifier/selftest
	$Q$(MAKE) --no-print-directory -j$(JOBS) unit
	$Q$(MAKE) --no-print-directory files html top completions service
	$Q$(MAKE) --no-print-directory -j$(JOBS) fuzz-short faults-short
	$Q$(MAKE) --no-print-directory -j$(JOBS) analyze-quick
	$Qtests/packages/run --quick
	$Qtests/vm/matrix
	$Qcat $B/tests/vm/*/scenarios/T03/verifier
	$Qtests/stress/run --verdicts 1000 --seconds 120

# ---- running -------------------------------------------------------------------

.PHONY: deps run vm
deps: ## install the Debian packages that are missing (as root)
	$Qtools/setup

run: ## install what is missing, build, and trace this host (ARGS="-v -c 10")
	$Qtools/setup
	$Q$(MAKE) --no-print-directory -j$(JOBS) release truth
	$Qtools/run $(ARGS)

vm: ## a shell in a guest (KERNEL=6.12), or one command and its status (CMD="unreach --check")
	$Q$(MAKE) --no-print-directory -j$(JOBS) release truth
	$Qtests/vm/run $(KERNEL) --bin $B/release/unreach $(if $(CMD),-- sh -c '$(subst ','\'',$(CMD))')

# ---- installing ----------------------------------------------------------------

SBINDIR := $(PREFIX)/sbin
MANDIR  := $(PREFIX)/share/man/man8
DATADIR := $(PREFIX)/share/unreach
ZSHDIR  := $(PREFIX)/share/zsh/site-functions
UNITDIR := $(PREFIX)/lib/systemd/system

# From, to, mode; what does not exist is left out.
INSTALLED := \
	$B/unreach:$(SBINDIR)/unreach:755 \
	tools/man/unreach.8:$(MANDIR)/unreach.8:644 \
	tools/completions/unreach.bash:$(PREFIX)/share/bash-completion/completions/unreach:644 \
	tools/completions/_unreach:$(ZSHDIR)/_unreach:644 \
	tools/completions/unreach.fish:$(PREFIX)/share/fish/vendor_completions.d/unreach.fish:644 \
	tools/schema/unreach-1.schema.json:$(DATADIR)/unreach-1.schema.json:644
# The unit names /usr/sbin; where the program is elsewhere it would start none, or another.
ifeq ($(PREFIX),/usr)
INSTALLED += tools/systemd/unreach.service:$(UNITDIR)/unreach.service:644
endif

.PHONY: install uninstall
install: $B/unreach ## install under PREFIX=/usr/local (DESTDIR is honoured)
	$Qfor what in $(INSTALLED); do \
		IFS=: read -r from to mode <<< "$$what"; \
		[ -e "$$from" ] || continue; \
		printf '  %-8s %s\n' INSTALL "$(DESTDIR)$$to"; \
		$(INSTALL) -D -m "$$mode" "$$from" "$(DESTDIR)$$to" || exit 1; \
	done

uninstall: ## remove what make install put there
	$Qfor what in $(INSTALLED); do \
		IFS=: read -r from to mode <<< "$$what"; \
		rm -f "$(DESTDIR)$$to"; \
	done; rmdir "$(DESTDIR)$(DATADIR)" 2> /dev/null || true

# ---- packages ------------------------------------------------------------------

# What is packed is dated by the last commit, so that it has the same bytes whenever and
# wherever it is built.
ifndef SOURCE_DATE_EPOCH
export SOURCE_DATE_EPOCH := $(shell git log -1 --format=%ct 2> /dev/null || \
	stat -c %Y CHANGELOG.md)
endif

.PHONY: dist deb test-packages
dist: $B/release/unreach ## build build/dist/*.tar.gz, the static program with what belongs to it
	$Qtools/dist $< $(VERSION) $(ARCH) $B/dist

deb: ## build build/deb/*.deb, a Debian package
	$Qtools/setup --check tools/debian/deps.txt
	$(call say,DEB,$B/deb)
	$Qtools/debian/build $(VERSION) $B/deb

test-packages: release ## build the packages twice, compare, lint, use them as a new user would
	$Qtools/setup tools/debian/deps.txt
	$Qtests/packages/run

# ---- housekeeping --------------------------------------------------------------

.PHONY: clean help
clean: ## remove everything that was built
	rm -rf $B

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | \
		awk -F'\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'
