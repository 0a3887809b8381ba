#!/usr/bin/env bash
# Programs for a machine that has a GPU but not the libraries to build them: candor, kernels_tests
# and engine_tests without symbols, the shared libraries they need, the data and the golden
# checkpoints, as build/gpu-pack/candor-gpu.tar.xz (at most 55 MB). Not the module: that machine
# builds it.   tests/gpu/pack.sh [BUILD-FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-build/release}
limit=$((55 * 1000 * 1000))
target=build/gpu-pack/candor-gpu.tar.xz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/candor-gpu
mkdir -p "$root/bin" "$root/lib" "$root/lib-compiler" "$root/tests" build/gpu-pack

programs=("$build/candor" "$build/tests/kernels_tests" "$build/tests/engine_tests")
for program in "${programs[@]}"; do
  [ -x "$program" ] || {
    echo "pack.sh: $program is not there: build it first (cmake --build $build --target candor kernels_tests engine_tests)" >&2
    exit 3
  }
  strip -o "$root/bin/$(basename "$program")" "$program"
done
# The C library is every machine's own. The compiler's run-time library is that machine's too, since
# its nvcc has a newer or older g++ beside it: ours is only used where it has none that will do.
ldd "${programs[@]}" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u | while read -r library; do
  case $(basename "$library") in
    libc.so.* | libm.so.* | libdl.so.* | librt.so.* | libpthread.so.* | ld-linux* | libresolv.so.*) ;;
    libstdc++.so.* | libgcc_s.so.*) strip -o "$root/lib-compiler/$(basename "$library")" "$library" ;;
    *) strip -o "$root/lib/$(basename "$library")" "$library" ;;
  esac
done
cp -r data "$root/data"
cp -r tests/golden "$root/tests/golden"
git rev-parse HEAD >"$root/commit" 2>/dev/null || echo unknown >"$root/commit"
tar -C "$work" --sort=name --owner=0 --group=0 --mtime=@0 -cf - candor-gpu | xz -T0 -3 >"$target"
bytes=$(stat -c %s "$target")
[ "$bytes" -le "$limit" ] || {
  echo "pack.sh: $target has $bytes bytes, more than $limit" >&2
  exit 3
}
echo "$target: $bytes bytes"
