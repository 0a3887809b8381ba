# Shared by ./quickstart and ./check: installs what is missing and builds. Sourced, not run.

step() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }

die() {
  printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 3
}

# Names of the packages of the wanted kinds ("build" always, "test" when asked for).
wanted_packages() {
  local name kind
  while read -r name kind; do
    case $name in '' | '#'*) continue ;; esac
    if [ -z "$kind" ] || [ "$1" = test ]; then printf '%s\n' "$name"; fi
  done <.ci/packages.txt
}

install_packages() {
  command -v apt-get >/dev/null || die "this script installs packages with apt (Debian 12). Elsewhere, install what .ci/packages.txt lists and run: cmake --preset release && cmake --build --preset release"
  local missing=() name
  for name in $(wanted_packages "$1"); do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    echo "all packages are installed"
    return
  fi
  echo "installing: ${missing[*]}"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "not root and no sudo: as root, run: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  export DEBIAN_FRONTEND=noninteractive
  # The lists may be old enough to name packages that are gone: refresh them first.
  "${root[@]}" apt-get update -q || die "apt-get update failed: is there a network?"
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" ||
    die "apt-get install failed (see above): no network, a full disk, or not Debian 12?"
}

need_space() {
  local free
  free=$(df -Pm . | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$1" ] || die "only $free MiB are free in $PWD; $1 MiB are needed"
}

build() {
  command -v g++ >/dev/null || die "no C++ compiler: the package g++ is missing"
  cmake --preset release -DCANDOR_TESTS="$1" || die "cmake could not configure the build (see above)"
  cmake --build --preset release || die "the build failed (see above)"
  printf 'GPU module: %s\n' "$(sed -n 's/^CANDOR_CUDA_RESULT:INTERNAL=//p' build/release/CMakeCache.txt)"
}
