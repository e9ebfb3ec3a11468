"""A scratch folder that looks to a job like the machine that it runs on, with programs that only take notes.

    R/home  R/tmp  …     what the job calls ~, /tmp and so on: such names are rewritten in what is run
    R/.real              the small programs of every system
    R/.box/bin           a stub for each other program that the job calls
    R/.box/calls         what the stubs were called with, a file each; R/.box/order is their order
    R/.box/prints        what the stubs print, a file each; most print nothing

Both sides run at the same path, one after the other, so that what they see can be compared letter by letter.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests.running import fence

SECONDS = 30
_REAL = """
[ awk base64 basename bash cat chmod cmp comm cp cut diff dirname echo env expr false find fold grep gzip head id join
ln ls mkdir mktemp mv nl od paste printenv printf pwd readlink realpath rev rm rmdir sed seq sh sha256sum sort split
tac tail tar tee test touch tr true uname uniq wc xargs
"""
INTERPRETERS = frozenset({"bash", "dash", "perl", "python3", "sh"})
"""Programs that a job may name as the shell of its commands, and that then run as they are."""
REAL = frozenset(_REAL.split())
"""Programs that run as they are: behind the fence they can do no harm."""
QUIET = frozenset({"clear", "sleep", "stty", "sync"})
"""Programs that do nothing and of which nobody takes notes."""
OURS = frozenset({"circleci", "circleci-agent"})
"""Programs that exist in CircleCI's jobs only."""
_TOPS = "tmp|home|root|go|app|code|src|opt|var|workspace|workspaces|repo|mnt|data|build|srv|project|work|workdir|etc"
_ABSOLUTE = rf"(?<![\w.~$}}/:*@-])/(?P<top>{_TOPS})(?![\w.-])(?P<user>/circleci(?![\w.-]))?"
_SYSTEM = 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n'
"""What a machine says about its system, as far as orbs ask."""
_FIXED_DATE = "2026-01-02"

_STUB = """\
#!/bin/sh
box={box}
name=${{0##*/}}
case $0 in "$box"/*) ;; *) name=./$name ;; esac
echo $$ >> "$box/order"
[ ! -p /dev/stdin ] || {real}/cat > /dev/null
[ ! -f "$box/prints/$name" ] || {real}/cat "$box/prints/$name"
{{
  printf '%s\\001' "$name"; pwd -P; printf '\\001'; printf '%s\\002' "$@"; printf '\\001'; export -p
}} > "$box/calls/$$"
while read -r failing; do [ "$failing" != "$name" ] || exit 7; done < "$box/failing"
exit 0
"""
_CIRCLECI = """\
#!/bin/sh
[ "$1 $2" != "step halt" ] || : > {box}/halted
share() {{
  : "${{total:=$CIRCLE_NODE_TOTAL}}" "${{index:=$CIRCLE_NODE_INDEX}}"
  if [ "$total" = 1 ]; then {real}/cat; else {real}/sort | {real}/awk "NR % $total == $index"; fi
}}
flags() {{
  while [ $# -gt 0 ]; do
    case $1 in
      --command=*) command=${{1#*=}} ;;
      --index=*) index=${{1#*=}} ;;
      --total=*) total=${{1#*=}} ;;
      --command) command=$2; shift ;;
      --index) index=$2; shift ;;
      --total) total=$2; shift ;;
      --split-by | --timings-type | --time-default) shift ;;
      -*) ;;
      *) file=$1 ;;
    esac
    shift
  done
}}
case "$1 $2" in
  "tests glob")
    shift 2
    bash -c '
      shopt -s globstar nullglob dotglob
      for one; do eval "found=($one)"; for file in "${{found[@]}}"; do echo "$file"; done; done' _ "$@" |
      {real}/sort -u ;;
  "run oidc") echo "$CIRCLE_OIDC_TOKEN" ;;
  "tests split") shift 2; flags "$@"; {real}/cat ${{file:-}} | share ;;
  "tests run")
    shift 2; flags "$@"
    share | {real}/tr '\\n' ' ' | bash -c "$command" ;;
  "env subst")
    shift 2
    if [ $# -gt 0 ]; then printf %s "$1" | envsubst; else envsubst; fi ;;
esac
"""
_ENVSUBST = r"""#!/bin/sh
exec {real}/awk '{{
  while (match($0, /\$([A-Za-z_][A-Za-z0-9_]*|[{{][A-Za-z_][A-Za-z0-9_]*[}}])/)) {{
    name = substr($0, RSTART + 1, RLENGTH - 1); gsub(/[{{}}]/, "", name)
    printf "%s%s", substr($0, 1, RSTART - 1), ENVIRON[name]; $0 = substr($0, RSTART + RLENGTH)
  }}
  print
}}'
"""
_SUDO = """\
#!/bin/sh
while :; do
  case $1 in
    -[ugprtT]) shift 2 ;;
    -*) shift ;;
    *=*) export "$1"; shift ;;
    *) exec "$@" ;;
  esac
done
"""
"""Who runs a job may do all that root may, so that sudo only calls what stands behind it."""


class Done(NamedTuple):
    """How a process ended, and what it printed."""

    status: int
    printed: str


class TooLongError(Exception):
    """A command that does not end."""


class Given(NamedTuple):
    """What a job finds: more files of the repository, by their paths; variables; what programs print."""

    files: Mapping[str, str] = MappingProxyType({})
    variables: Mapping[str, str] = MappingProxyType({})
    prints: Mapping[str, str] = MappingProxyType({})


NOTHING = Given()


class Place:
    """A scratch folder, set up anew for each side."""

    def __init__(self, root: Path, programs: Iterable[str] = (), given: Given = NOTHING) -> None:
        """Remember what the job calls, and what it finds."""
        self.root = root
        self.box, self.real = root / ".box", root / ".real"
        self.home = root / "home"
        self.paths = f"{self.box}/bin:{self.real}"
        self.programs = frozenset(programs)
        self.given = given
        self.laid: dict[Path, str] = {}

    def set_up(self, failing: Iterable[str] = (), lacking: Iterable[str] = (), *, circleci: bool) -> None:
        """An empty machine with its programs; those that are `failing` end with status 7, `lacking` are not there."""
        self._clear()
        below = (self.box / name for name in ("bin", "calls", "prints"))
        for folder in (*below, self.home, self.root / "tmp", self.root / "etc"):
            folder.mkdir(parents=True)
        for name, text in self.given.prints.items():
            (self.box / "prints" / name).write_text(text, encoding="utf-8")
        (self.root / "etc" / "hosts").touch()
        (self.root / "etc" / "os-release").write_text(_SYSTEM, encoding="utf-8")
        for name in (".profile", ".bashrc"):
            (self.home / name).touch()
        (self.home / ".bash_profile").write_text("export PROFILE=read\nfalse\n", encoding="utf-8")
        (self.box / "order").touch()
        (self.box / "failing").write_text("".join(f"{name}\n" for name in failing), encoding="utf-8")
        self._program("stub", _STUB.format(box=self.box, real=self.real))
        self._program("date", f"#!/bin/sh\necho {_FIXED_DATE}\n")
        self._program("quiet", "#!/bin/sh\n")
        self._program("envsubst", _ENVSUBST.format(real=self.real))
        for name in QUIET:
            (self.box / "bin" / name).symlink_to("quiet")
        self._program("sudo", _SUDO)
        for name in self.programs - REAL - QUIET - OURS - {"date", "envsubst", "sudo"}:
            if "/" not in name:
                (self.box / "bin" / name).symlink_to("stub")
        if circleci:
            for name in OURS:
                self._program(name, _CIRCLECI.format(box=self.box, real=self.real))
        for name in lacking:
            (self.box / "bin" / name).unlink(missing_ok=True)

    def _clear(self) -> None:
        """Take everything away but the links to real programs, which are the same for all jobs."""
        self.laid.clear()
        for path in self.root.iterdir() if self.root.exists() else ():
            if path.is_symlink() or not path.is_dir():
                path.unlink()
            elif path != self.real:
                shutil.rmtree(path, onerror=_insist)
        if not self.real.exists():
            self.real.mkdir(parents=True)
            for name in REAL | INTERPRETERS:
                if found := shutil.which(name, path="/usr/bin:/bin"):
                    (self.real / name).symlink_to(found)

    def _program(self, name: str, text: str) -> None:
        path = self.box / "bin" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def check_out(self, folder: Path) -> None:
        """Lay the repository into a folder; its empty files that are called, in whichever folder, are stubs."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.given.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            self.laid[path] = text
        stub = (self.box / "bin" / "stub").read_text(encoding="utf-8")
        empty = (name for name, text in self.given.files.items() if not text)
        called = {name for name in empty if f"./{name.rpartition('/')[2]}" in self.programs}
        for name in self.programs | called:
            if name in called or ("/" in name and not (folder / name).exists()):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(stub, encoding="utf-8")
                (folder / name).chmod(0o755)
                self.laid[folder / name] = stub

    def here(self, text: str) -> str:
        """A text in which the machine's folders lie in this one."""
        return re.sub(_ABSOLUTE, self._moved, text)

    def _moved(self, found: re.Match[str]) -> str:
        top, user = found["top"], found["user"] or ""
        home = top == "root" or (top == "home" and user)
        return str(self.home) if home else f"{self.root}/{'.h' if top == 'home' else top}{user}"

    def path(self, written: str, base: Path) -> Path:
        """The folder that a config calls so: `~/x`, `/x`, or relative to a base."""
        text = self.here(written or ".")
        text = str(self.home) + text[1:] if text == "~" or text.startswith("~/") else text
        if text.startswith("/") and not text.startswith(str(self.root)):
            text = f"{self.root}{text}"
        return Path(os.path.normpath(base / text))

    def start(self, shell: list[str], text: str, cwd: Path, env: Mapping[str, str]) -> "subprocess.Popen[str]":
        """Start a shell on a text, fenced in."""
        scripts = self.box / "scripts"
        scripts.mkdir(exist_ok=True)
        file = scripts / f"{len(list(scripts.iterdir()))}.sh"
        file.write_text(text + "\n", encoding="utf-8")
        fixed = {"HOME": str(self.home), "PATH": self.paths, "TMPDIR": str(self.root / "tmp"), "LC_ALL": "C"}
        return subprocess.Popen(
            [*shell, str(file)],
            executable=shutil.which(shell[0], path=self.paths),
            cwd=cwd,
            env=fixed | dict(self.given.variables) | dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=fence.behind(self.root),  # noqa: PLW1509 - the tests start no threads
        )

    def run(self, shell: list[str], text: str, cwd: Path, env: Mapping[str, str]) -> Done:
        """Run a shell on a text to its end."""
        process = self.start(shell, text, cwd, env)
        try:
            printed, _ = process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired as error:
            end(process)
            raise TooLongError(text) from error
        return Done(process.returncode, printed)


def _insist(remove: Callable[..., object], path: str, _: object) -> None:
    """Remove what lies in a folder that the job made unreadable."""
    Path(path).parent.chmod(0o755)
    remove(path)


def end(process: "subprocess.Popen[str]") -> str:
    """End a process and what it has started; what it printed."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    printed, _ = process.communicate()
    return printed
