# SPDX-License-Identifier: GPL-2.0-only
#
# make            build/unreach
# make help       everything else
#
# bpf/*.bpf.c -> one object each -> build/unreach.bpf.o -> build/unreach.skel.h
# user/**/*.c -> one object each and per variant (plain, asan, release) -> the programs

VERSION_BASE := 0.1.0

PREFIX  ?= /usr/local
DESTDIR ?=
KERNEL  ?= 6.12

# ARCH names the folder under vmlinux/, as `uname -m` does, except that arm64 is
# what the kernel, clang and Debian all call it.
ARCH     := $(patsubst aarch64,arm64,$(shell uname -m))
BPF_ARCH := $(patsubst x86_64,x86,$(ARCH))

CLANG      ?= clang
LLVM_STRIP ?= llvm-strip
BPFTOOL    ?= bpftool
INSTALL    ?= install

# bpftool lives in sbin, which is not in an ordinary user's PATH on Debian.
export PATH := $(PATH):/usr/sbin:/sbin

B := build
Q := $(if $(filter 1,$(V)),,@)
# $(call say,WHAT,file): one line for each thing made, unless V=1 shows the commands.
say = $(if $(Q),@printf '  %-8s %s\n' $(1) $(2))

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all
all: $B/unreach ## build build/unreach (the default)

CC_FLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE \
	-ffile-prefix-map=$(CURDIR)=. -iquote . -iquote $B $(CFLAGS)

# ---- kernel side ---------------------------------------------------------------

BPF_SRC := $(wildcard bpf/*.bpf.c)
BPF_OBJ := $(BPF_SRC:%.c=$B/%.o)

# v3 (32-bit ALU and jumps) is understood since 5.1, so by all kernels we support, and
# saves the shifts that v2 puts around every 32-bit value. What v3 also lets through,
# and 5.10 refuses, are atomics that return a value: tests/lint/bpf-insns looks for them.
BPF_CPU    ?= v3
# BPF_PROG() and BPF_KPROBE() give every program a ctx that few of them look at.
BPF_CFLAGS := -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -std=gnu11 -target bpf -mcpu=$(BPF_CPU) \
	-D__TARGET_ARCH_$(BPF_ARCH) -ffile-prefix-map=$(CURDIR)=. -iquote . -Ivmlinux/$(ARCH)

# The dwarf goes, the BTF stays: it is what CO-RE needs, and the rest is 10 times its size.
$B/bpf/%.bpf.o: bpf/%.bpf.c $B/flags
	$(call say,BPF,$@)
	$Qmkdir -p $(@D)
	$Q$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -c $< -o $@
	$Q$(LLVM_STRIP) -g $@

$B/unreach.bpf.o: $(BPF_OBJ) $B/sources
	$(call say,BPFLINK,$@)
	$Q$(BPFTOOL) gen object $@ $(BPF_OBJ)

$B/unreach.skel.h: $B/unreach.bpf.o
	$(call say,SKEL,$@)
	$Q$(BPFTOOL) gen skeleton $< name ur_bpf > $@

SLICE_OBJ := $(patsubst %.c,$B/%.o,$(wildcard tools/btfslice/*.c))
$B/tools/%.o: tools/%.c
	$(call say,CC,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(CC_FLAGS) -MMD -MP -c $< -o $@

$B/btfslice: $(SLICE_OBJ)
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(LDFLAGS) $^ -o $@ -lbpf -lelf -lz
-include $(SLICE_OBJ:.o=.d)

.PHONY: vmlinux
vmlinux: $B/btfslice ## make vmlinux/ARCH/vmlinux.h anew, after a change to vmlinux/types.list
	$Qvmlinux/generate $(ARCH)

# ---- user side -----------------------------------------------------------------

USER_SRC := $(wildcard user/*.c user/enrich/*.c user/sink/*.c)

LIBS := -lbpf -lelf -lz -ljansson -lcap -lpthread

# $(call stamp,TEXT): recipe of a file that changes only when TEXT does.
stamp = $Qmkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' > $@

# Objects depend on the flags, links on the list of sources, so that a changed flag and
# a removed file have their effect without make clean.
$B/flags: FORCE
	$(call stamp,$(CC) $(CC_FLAGS) $(CLANG) $(BPF_CFLAGS))
$B/sources: FORCE
	$(call stamp,$(BPF_SRC) $(USER_SRC))

VERSION := $(shell git describe --tags --dirty 2>/dev/null || echo $(VERSION_BASE))

# Only these are compiled again when the version changes.
VERSIONED := $(if $(USER_SRC),$(shell grep -lw UR_VERSION $(USER_SRC)))
$B/version: FORCE
	$(call stamp,$(VERSION))
.PHONY: FORCE
FORCE:

# $(call variant,folder,compiler flags): objects of the user side under build/<folder>.
define variant
$B/$(1)/%.o: %.c $B/flags | $B/unreach.skel.h
	$$(call say,CC,$$@)
	$$Qmkdir -p $$(@D)
	$$Q$$(CC) $$(CC_FLAGS) $(2) $$(if $$(filter $$<,$$(VERSIONED)),-DUR_VERSION='"$$(VERSION)"') \
		-MMD -MP -c $$< -o $$@
$(VERSIONED:%.c=$B/$(1)/%.o): $B/version
-include $(USER_SRC:%.c=$B/$(1)/%.d)
endef

ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
$(eval $(call variant,plain,))
$(eval $(call variant,asan,$(ASAN)))

$B/unreach: $(USER_SRC:%.c=$B/plain/%.o) $B/sources
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(LDFLAGS) $(filter %.o,$^) -o $@ $(LIBS)

$B/asan/unreach: $(USER_SRC:%.c=$B/asan/%.o) $B/sources
	$(call say,LD,$@)
	$Q$(CC) $(CC_FLAGS) $(ASAN) $(LDFLAGS) $(filter %.o,$^) -o $@ $(LIBS)

-include $(BPF_OBJ:.o=.d)

# ---- housekeeping --------------------------------------------------------------

.PHONY: clean help
clean: ## remove everything that was built
	rm -rf $B

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | \
		awk -F'\t' '{ printf "  make %-10s %s\n", $$1, $$2 }'
