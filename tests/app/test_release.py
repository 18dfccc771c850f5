"""A release by one command: what is refused, and what it leaves. No network, nothing is built."""

import subprocess
from pathlib import Path
from types import ModuleType

import pytest

from tests.app.packaging_script import load

# The check makes an environment, whose Python leaves what the steps of a release would build.
CHECK = """mkdir -p .venv/bin
echo 'exit 0' >.venv/bin/pip
cat >.venv/bin/python <<'PYTHON'
case "$*" in
  *build.py) mkdir -p dist/enigma-panel; cd dist
    for part in a.tar.xz enigma-panel/THIRD-PARTY-NOTICES.txt enigma-panel/enigma-panel.cdx.json
    do echo "$part" >"$part"; done ;;
  *deb.py) echo deb >dist/a.deb ;;
  *"-m build"*) echo wheel >dist/a.whl; echo sdist >dist/a.tar.gz ;;
esac
PYTHON
sed -i '1i #!/bin/bash' .venv/bin/*
chmod +x .venv/bin/*
"""
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n- It exists.\n\n## [0.1.0]\n"

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def release() -> ModuleType:
    return load("release")


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with what a release reads."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "somebody@example.com")
    repo = tmp_path / "repo"
    _write(repo, "gui/enigma_panel/__init__.py", '"""It."""\n\n__version__ = "0.1.0"\n')
    _write(repo, "CHANGELOG.md", CHANGELOG)
    _write(repo, "pyproject.toml", 'Source = "https://example.com/it"\n')
    _write(repo, ".gitignore", "build/\ndist/\n.venv/\n")
    _write(repo, ".ci/run", f"#!/bin/bash\nset -e\n{CHECK}")
    (repo / ".ci" / "run").chmod(0o755)
    _git(repo, "init", "-q", "-b", "main")
    _commit(repo)
    return repo


def _write(repo: Path, name: str, text: str) -> None:
    (repo / name).parent.mkdir(parents=True, exist_ok=True)
    (repo / name).write_text(text)


def _git(repo: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repo), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _commit(repo: Path) -> None:
    _git(repo, "add", "-A")
    _git(repo, "commit", "-q", "-m", "A change")


def test_a_release_has_all_parts_a_section_and_a_tag(release: ModuleType, repo: Path) -> None:
    release.release(repo, "0.2.0", dry_run=False)
    assert _git(repo, "describe", "--exact-match") == "v0.2.0"
    assert '__version__ = "0.2.0"' in (repo / "gui" / "enigma_panel" / "__init__.py").read_text()
    unreleased, section = (repo / "CHANGELOG.md").read_text().split("\n## [0.2.0] - ")
    assert unreleased.endswith("## [Unreleased]\n")
    assert section[len("2026-11-30") :] == "\n\n- It exists.\n\n## [0.1.0]\n"
    assert _git(repo, "status", "--porcelain") == ""
    parts = repo / "dist" / "0.2.0"
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=parts, check=True)
    assert {path.name for path in parts.iterdir()} == {
        *("a.tar.xz", "a.deb", "a.whl", "a.tar.gz", "SHA256SUMS"),
        *("THIRD-PARTY-NOTICES.txt", "enigma-panel.cdx.json"),
    }


def test_a_dry_run_makes_all_parts_and_changes_nothing(release: ModuleType, repo: Path) -> None:
    _write(repo, "pyproject.toml", 'Source = "https://example.invalid/it"\n')
    _commit(repo)
    before = _git(repo, "rev-parse", "HEAD")
    release.release(repo, "0.2.0", dry_run=True)
    assert (repo / "dist" / "0.2.0" / "SHA256SUMS").exists()
    assert _untouched(repo, before)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (".ci/run", "#!/bin/bash\nexit 3\n", "check: exit status 3"),
        (".ci/run", f"#!/bin/bash\n{CHECK.replace('THIRD', 'third')}", "THIRD-PARTY-NOTICES"),
        (".ci/run", f"#!/bin/bash\n{CHECK.replace('.cdx', '')}", "cdx"),
        ("pyproject.toml", 'Source = "https://example.invalid/it"\n', "pyproject.toml still names"),
        ("CHANGELOG.md", CHANGELOG.replace("- It exists.", ""), "Unreleased has 0 lines"),
        ("CHANGELOG.md", CHANGELOG.replace("- It", "- It\n" * 40 + "- It"), "has 41 lines"),
        ("gui/enigma_panel/__init__.py", '__version__ = "0.2.0"\n', "'0.2.0' is no X.Y.Z after"),
    ],
)
def test_a_release_is_refused(
    release: ModuleType, repo: Path, name: str, text: str, reason: str
) -> None:
    _write(repo, name, text)
    _commit(repo)
    before = _git(repo, "rev-parse", "HEAD")
    with pytest.raises(release.RefusedError, match=reason):
        release.release(repo, "0.2.0", dry_run=False)
    assert _untouched(repo, before)
    assert not (repo / "dist").exists()


def test_changes_that_are_not_committed_are_refused(release: ModuleType, repo: Path) -> None:
    _write(repo, "new.txt", "")
    with pytest.raises(release.RefusedError, match="not committed"):
        release.release(repo, "0.2.0", dry_run=True)


def test_a_version_is_released_once(release: ModuleType, repo: Path) -> None:
    _git(repo, "tag", "v0.2.0")
    with pytest.raises(release.RefusedError, match="tagged already"):
        release.release(repo, "0.2.0", dry_run=True)


def _untouched(repo: Path, head: str) -> bool:
    return (_git(repo, "rev-parse", "HEAD"), _git(repo, "tag")) == (head, "") and not _git(
        repo, "status", "--porcelain"
    )
