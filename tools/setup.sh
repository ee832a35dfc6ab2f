# Sourced by ./basalt, ./test and .ci/run: installs what build and tests need and this machine lacks.

say() { printf '%s\n' "$*" >&2; }

# A JDK 17 or newer, not only a runtime: the build needs javac.
has_jdk() {
  local java=javac major
  [ -n "${JAVA_HOME:-}" ] && java="$JAVA_HOME/bin/javac"
  command -v "$java" >/dev/null 2>&1 || return 1
  major=$("$java" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  [ "${major:-0}" -ge 17 ]
}

# Further commands that are wanted follow, each the name of its package too.
set_up() {
  local packages=() install command
  has_jdk || packages+=(default-jdk-headless)
  command -v mvn >/dev/null 2>&1 || packages+=(maven)
  # For the native library of erasure; ISA-L is found when it runs.
  command -v gcc >/dev/null 2>&1 || packages+=(gcc libc6-dev)
  command -v make >/dev/null 2>&1 || packages+=(make)
  [ -e /usr/include/jerasure.h ] || packages+=(libjerasure-dev)
  [ -e /usr/include/gf_complete.h ] || packages+=(libgf-complete-dev)
  compgen -G '/usr/lib/*/libisal.so.2' >/dev/null || packages+=(libisal2)
  # Flink asks for the address of its machine by name when it runs inside a process.
  getent hosts "$(uname -n)" >/dev/null 2>&1 || packages+=(libnss-myhostname)
  for command in "$@"; do
    command -v "$command" >/dev/null 2>&1 || packages+=("$command")
  done
  [ ${#packages[@]} -eq 0 ] && return 0

  install="apt-get install -y --no-install-recommends ${packages[*]}"
  if ! command -v apt-get >/dev/null 2>&1; then
    say "basalt: install ${packages[*]} (Debian's names; a JDK 17 or newer and Maven 3.8 or newer) and run this again"
    exit 1
  fi
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      sudo=(sudo)
    else
      say "basalt: ${packages[*]} is missing; run this line as root and try again:  apt-get update && $install"
      exit 1
    fi
  fi
  say "basalt: installing ${packages[*]} with apt-get${sudo:+ through sudo}"
  # A fresh image has no package lists, so a failed first try is answered by fetching them.
  if ! "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive $install >/dev/null 2>&1; then
    if ! { "${sudo[@]}" apt-get update -q >/dev/null &&
      "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive $install >/dev/null; }; then
      say "basalt: could not install ${packages[*]}; run this line as root and try again:  apt-get update && $install"
      exit 1
    fi
  fi
  hash -r
}

# Maven without the network when everything is there already, with it otherwise.
maven() {
  local log=$1
  shift
  if [ -d "${HOME:-/root}/.m2/repository" ] && mvn -B -q -o "$@" >"$log" 2>&1; then
    return 0
  fi
  mvn -B -q "$@" >"$log" 2>&1
}
