#!/bin/sh
# Install what is missing and nothing else: the virtual environment, the pinned packages, and with apt
# the system libraries and fonts WeasyPrint needs. Repeatable: a second run takes under a second.
#   sh deploy/setup.sh run|s3|dev|browser        (s3: with the part for files in a bucket, FILE_STORE)
set -eu
mode=${1:-run}
cd "$(dirname "$0")/.."
say() { printf '%s\n' "$*"; }
fail() { printf 'LỖI: %s\n' "$*" >&2; exit 1; }

# One installation at a time; the lock goes with this process, however it ends.
if command -v flock >/dev/null 2>&1; then
  exec 9<deploy/setup.sh
  flock -n 9 || { say "Đang chờ một lệnh cài đặt khác chạy xong…"; flock 9; }
fi

# The system's own first: Debian builds Python with profiles, pyenv without, and the same work takes a third longer there.
python=""
pick() { # what it must have, then the candidates; the first that fits stays
  needs=$1
  shift
  for candidate; do
    if [ -z "$python" ] && command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c "import sys, $needs; raise SystemExit(not ((3, 11) <= sys.version_info[:2] <= (3, 13)))" 2>/dev/null; then
      python=$candidate
    fi
  done
}
pick sys ${PYTHON:-}
pick "ensurepip, venv" /usr/bin/python3.11 /usr/bin/python3 python3.11 python3 python3.12 python3.13
pick sys python3.11 python3 python3.12 python3.13

missing=""
[ -n "$python" ] || missing="$missing python3 python3-venv"
if [ -n "$python" ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  missing="$missing $("$python" -c 'import sys; print(f"python3.{sys.version_info[1]}-venv")')"
fi
has_library() { # a shared library that WeasyPrint opens at run time
  if command -v ldconfig >/dev/null 2>&1; then ldconfig -p 2>/dev/null | grep -q "$1"
  elif [ -x /sbin/ldconfig ]; then /sbin/ldconfig -p | grep -q "$1"
  else return 0; fi
}
has_library libpango-1.0.so.0 || missing="$missing libpango-1.0-0"
has_library libpangoft2-1.0.so.0 || missing="$missing libpangoft2-1.0-0"
has_library libharfbuzz-subset.so.0 || missing="$missing libharfbuzz-subset0"
has_font() { find /usr/share/fonts /usr/local/share/fonts "${HOME:-/root}/.fonts" -name "$1" 2>/dev/null | grep -q .; }
has_font 'NotoSans-Regular.*' || missing="$missing fonts-noto-core"
if [ "$mode" = browser ]; then
  command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
  # A test starts the shipped example of the proxy; the package's own server is no concern of ours.
  [ -x /usr/sbin/nginx ] || command -v nginx >/dev/null 2>&1 || missing="$missing nginx-light"
fi

if [ -n "$missing" ]; then
  command -v apt-get >/dev/null 2>&1 || fail "thiếu$missing; máy này không có apt, hãy cài các phần tương đương rồi chạy lại."
  [ "$(id -u)" = 0 ] || fail "thiếu phần mềm hệ thống. Hãy gõ: sudo apt-get install -y$missing — rồi chạy lại lệnh này."
  say "Cài phần mềm hệ thống:$missing"
  apt-get update -qq || fail "apt-get update không chạy được; kiểm tra mạng hoặc nguồn gói rồi chạy lại."
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    fail "apt không cài được$missing; xem thông báo ở trên rồi chạy lại."
  if [ -z "$python" ]; then python=python3; fi
fi

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
  say "Tạo môi trường .venv …"
  rm -rf .venv
  "$python" -m venv .venv || fail "không tạo được .venv; kiểm tra quyền ghi và dung lượng đĩa."
fi
case $mode in
  run) locks=requirements.txt ;;
  s3) locks="requirements.txt requirements-s3.txt" ;;
  *) locks=requirements-dev.txt ;;
esac
for lock in $locks; do
  if ! cmp -s "$lock" ".venv/.installed-$lock"; then
    say "Cài thư viện từ $lock …"
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock" ||
      fail "pip không cài được thư viện; kiểm tra mạng (hoặc biến PIP_INDEX_URL) rồi chạy lại."
    cp "$lock" ".venv/.installed-$lock"
    # The development file contains every other pin.
    if [ "$lock" = requirements-dev.txt ]; then
      for each in requirements.txt requirements-s3.txt; do cp "$each" ".venv/.installed-$each"; done
    fi
  fi
done

# The formatter of styles and scripts, for whoever changes the code: nothing of Node runs with the site.
if [ "$locks" = requirements-dev.txt ] && ! cmp -s package-lock.json node_modules/.installed; then
  say "Cài công cụ kiểm tra trang từ package-lock.json …"
  PATH="$PWD/.venv/bin:$PATH" npm ci --silent --no-audit --no-fund ||
    fail "npm không cài được công cụ; kiểm tra mạng (hoặc npm config get registry) rồi chạy lại."
  cp package-lock.json node_modules/.installed
fi
