"""The errors Tideline raises on purpose: each carries one clear sentence for the person who caused or met it."""


class AppError(Exception):
    """A failure that a user can act on. `message` says what is wrong, where, what was found and what to do."""

    title = "Something is not right"

    def __init__(self, message: str, *, title: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if title is not None:
            self.title = title


class InputError(AppError):
    """The file, option or value that was handed in cannot be used as it is."""

    title = "This input cannot be used"


class StoreError(AppError):
    """The store on disk cannot be read or written."""

    title = "The store cannot be used"


class Damaged(StoreError):
    """A served file is damaged. Others may stand in for it, and it can be built again from the lake."""

    title = "What is served is damaged"


class BusyError(AppError):
    """Another process is writing to the store and did not finish in time."""

    title = "The store is busy"
