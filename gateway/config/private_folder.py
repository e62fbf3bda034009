"""Makes the folders of what is for the gateway's own account: keys, secrets and logs."""

from pathlib import Path

PRIVATE_FOLDER_MODE = 0o700


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing, for nobody but ourselves.

    `Path.mkdir(mode, parents=True)` leaves the folders above to the umask.

    Args:
        path: The folder. Folders that are there stay as they are.

    Raises:
        OSError: It cannot be made.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=PRIVATE_FOLDER_MODE, exist_ok=True)
