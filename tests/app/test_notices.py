"""The notices of a bundle: each file that it ships belongs to a part whose licence stands there."""

import json
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import certifi
import idna
import PySide6
import pytest

import enigma_panel
from tests.app.packaging_script import load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the bundle is for Linux")
SHIPPED = {
    "certifi/cacert.pem": certifi.where(),
    "PySide6/QtCore.abi3.so": str(Path(PySide6.__file__).with_name("QtCore.abi3.so")),
    "PySide6/Qt/lib/libQt6Core.so.6": "",
    "PySide6/Qt/lib/libicuuc.so.73": "",
}
MODULES = {"idna": idna.__file__, "enigma_panel": enigma_panel.__file__, "json": json.__file__}


@pytest.fixture
def notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, with common texts as Debian has them."""
    module = load("notices")
    common = tmp_path / "common"
    common.mkdir()
    for name in ("LGPL-3", "GPL-3", "MPL-2.0"):
        (common / name).write_text(f"All of {name}")
    monkeypatch.setattr(module, "COMMON", common)
    return module


def build(folder: Path, shipped: dict[str, str], modules: dict[str, str]) -> tuple[Path, Path]:
    """A bundle, and the folder with PyInstaller's notes of it."""
    bundle, work = folder / "bundle", folder / "work"
    for name in ("LICENSE", "enigma-panel", *(f"_internal/{name}" for name in shipped)):
        (bundle / name).parent.mkdir(parents=True, exist_ok=True)
        (bundle / name).touch()
    collected = [(name, source, "BINARY") for name, source in shipped.items()]
    collected.append(("enigma-panel", str(work / "enigma-panel"), "EXECUTABLE"))
    inside = [(name, source, "PYMODULE") for name, source in modules.items()]
    notes = {"COLLECT": (collected,), "PYZ": ("PYZ-00.pyz", inside), "EXE": (True, [])}
    (work / "enigma-panel").mkdir(parents=True)
    for kind, noted in notes.items():
        (work / "enigma-panel" / f"{kind}-00.toc").write_text(repr(noted))
    return bundle, work


def test_each_part_is_named_with_its_licence(notices: ModuleType, tmp_path: Path) -> None:
    bundle, work = build(tmp_path, SHIPPED, MODULES)
    assert notices.write(bundle, work) == []
    told = (bundle / "THIRD-PARTY-NOTICES.txt").read_text("utf-8")
    listed = json.loads((bundle / "enigma-panel.cdx.json").read_text("utf-8"))
    purls = {part["purl"] for part in listed["components"]}
    for name in ("certifi", "idna", "pyside6-essentials"):
        assert f"pkg:pypi/{name}@{metadata.version(name)}" in purls
    head = f"\ncertifi {metadata.version('certifi')}\n\nLicence: MPL-2.0\nSource: https://"
    assert head in told
    assert "\nICU 73\n" in told
    assert "\nQt 6." in told
    assert "Files: _internal/PySide6/Qt/lib/libQt6Core.so.6\n" in told
    assert any("python" in purl for purl in purls), "by itself or as a package"
    for text in ("All of LGPL-3", "All of GPL-3", "All of MPL-2.0"):
        assert told.count(text) == 1
    assert "enigma-control-panel" not in " ".join(purls)


def test_what_belongs_to_no_part_is_told(notices: ModuleType, tmp_path: Path) -> None:
    shipped, modules = {"strange.so": "/nowhere/strange.so"}, {"strange": "/nowhere/strange.py"}
    bundle, work = build(tmp_path, SHIPPED | shipped, modules)
    (bundle / "unnoticed.dat").touch()
    assert notices.write(bundle, work) == [
        f"{name} is shipped, and no part is known to which {source} belongs"
        for name, source in (
            ("_internal/strange.so", "/nowhere/strange.so"),
            ("enigma-panel", "/nowhere/strange.py"),
            ("unnoticed.dat", "unnoticed.dat"),
        )
    ]


def test_a_part_without_a_text_is_told(
    notices: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "COMMON", tmp_path / "nowhere")
    assert notices.write(*build(tmp_path, SHIPPED, MODULES)) == [
        "PySide6_Essentials: there is no text of its licence"
    ]
