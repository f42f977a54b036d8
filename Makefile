# make test    everything that continuous integration checks
# make soak    what takes longer: fuzzing, swarms, random scripts on the kernel
# make run     the server on http://127.0.0.1:8080
# make build   bin/server and bin/wirestep, static
# make generate, fmt, bench, docker

STEP  := @tools/step
TOOL  := go tool -modfile=tools/go.mod
CODE  := cmd engine i18n internal kernel lessons static templates web
BUILD := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w"

export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

.PHONY: test soak build run generate fmt bench docker

# Cheap steps come first: most mistakes show in the first minute.
test:
	@echo "Every step is named as it begins. All take about 16 minutes on two quiet cores; the first time longer, because everything is compiled."
	$(STEP) "Set up" tools/setup
	$(STEP) "Browser packages" $(MAKE) --no-print-directory node_modules/.package-lock.json
	$(STEP) "Generated code is fresh" tools/fresh
	$(STEP) "gofmt" sh -c 'files=$$(gofmt -l $(CODE)); [ -z "$$files" ] || { echo "$$files"; exit 1; }'
	$(STEP) "go vet" go vet ./...
	$(STEP) "staticcheck" $(TOOL) staticcheck ./...
	$(STEP) "Browser code: lint" npm run --silent lint
	$(STEP) "Browser code: types" npm run --silent typecheck
	$(STEP) "Browser code: unit tests" npm run --silent unit
	$(STEP) "Go tests, with the race detector" sh -c 'go test -race $$(go list ./... | grep -v /kernel$$)'
	$(STEP) "Pages and streams, whole" go test ./web # with the race detector its longest lists are only sampled
	$(STEP) "On the kernel underneath" sh -c 'cd kernel && exec go test -race' # by itself: it plays in real time; from its folder it also says what is skipped
	$(STEP) "Build" $(MAKE) --no-print-directory build
	$(STEP) "Browser tests" npm run --silent e2e

soak:
	@tools/soak

build:
	$(BUILD) -o bin/ ./cmd/server ./cmd/wirestep

run:
	go run ./cmd/server

generate: node_modules/.package-lock.json
	$(TOOL) templ generate -path templates
	npm run --silent gen
	npm run --silent build

fmt:
	gofmt -w $(CODE)
	$(TOOL) templ fmt templates
	npm run --silent format

bench:
	go run ./cmd/wirestep bench

docker:
	docker build -t wirestep .

node_modules/.package-lock.json: package.json package-lock.json
	npm ci --no-audit --no-fund
	touch $@
