"""How much one return to a post may ask."""


class Budget:
    """A number of requests that may still be made."""

    def __init__(self, requests: int) -> None:
        self.left = requests

    def take(self) -> bool:
        """Use one; False where none is left."""
        if self.left <= 0:
            return False
        self.left -= 1
        return True
