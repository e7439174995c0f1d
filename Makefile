# For developers; ./run and ./test need no make.
.PHONY: all test bench lint format torture deep fuzz web
KILLS ?= 200
SECONDS ?= 10
all:
	cmake --preset release && cmake --build --preset release
test:
	./test
bench:
	tools/bench.sh
lint:
	tools/lint.sh
format:
	git ls-files '*.cc' '*.h' | xargs clang-format -i
torture:
	tools/torture.sh $(KILLS)
fuzz:
	tools/fuzz.sh $(SECONDS)
deep:
	tools/deep.sh
