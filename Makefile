# Everything there is to do, one line each: `make`. Needs cargo, a C compiler, python3 and terraform.
#
# One profile for all but what is shipped: aws-sdk-ec2 takes one compiler five minutes and 8 GB, so the demo,
# the tests and the documentation share the dev build; only `bench` and `install` make a release build.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test lint docs bench build install local-aws

BINARY := terraform-provider-isolated
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
OS := $(shell uname -s | tr '[:upper:]' '[:lower:]')
ARCH := $(shell uname -m | sed -e s/x86_64/amd64/ -e s/aarch64/arm64/)
PLUGINS := $(HOME)/.terraform.d/plugins/registry.terraform.io/isolated-batch/isolated/$(VERSION)/$(OS)_$(ARCH)
PYTHON := target/local-aws/bin/python

# $(call first,PROFILE,MINUTES) says how long the first build of a profile takes, before it starts.
first = ls target/$(1)/deps/libaws_sdk_ec2-*.rlib >/dev/null 2>&1 || \
	echo "The first $(1) build compiles the AWS SDK: about $(2) minutes on two cores, and 8 GB of memory. Later ones take seconds."

help: ## list what can be done
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

demo: ## build, start a local AWS, apply examples/quickstart, show what was made, destroy it
	@python3 tools/demo

test: local-aws ## build and run all tests; needs no AWS account
	@$(call first,debug,10)
	cargo test
	cd tools/local-aws && ../../$(PYTHON) -m unittest discover -s tests

lint: ## formatting and clippy, warnings are errors
	cargo fmt --check
	@[ "$$(ls target/debug/deps/libaws_sdk_ec2-*.rmeta 2>/dev/null | wc -l)" -ge 2 ] || \
		echo "The first run of clippy checks the AWS SDK: about 5 minutes on two cores."
	cargo clippy --all-targets -- -D warnings

docs: ## write docs/ anew from the schema, the table of changes and the examples
	@$(call first,debug,10)
	UPDATE_DOCS=1 cargo test --test repository docs::

bench: local-aws ## release build; print times, memory, calls and size beside their targets
	@$(call first,release,13)
	cargo build --release
	@$(PYTHON) tools/bench

build: ## dev build of the provider
	@$(call first,debug,10)
	cargo build

install: ## release build into ~/.terraform.d/plugins, where terraform init finds it
	@$(call first,release,13)
	cargo build --release
	@mkdir -p "$(PLUGINS)"
	@cp "target/release/$(BINARY)" "$(PLUGINS)/$(BINARY)_v$(VERSION)"
	@echo "Installed isolated-batch/isolated $(VERSION) in $(PLUGINS)"

local-aws: ## the local AWS's virtual environment, target/local-aws (once)
	@tools/local-aws/setup target/local-aws
