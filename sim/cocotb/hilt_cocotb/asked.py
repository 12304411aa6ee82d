"""What `hilt_cocotb.v` asks of Python."""

TEST_ENDS = 1
TEST_BEGINS = 2
IS_OVER = 3
IS_X = 4


def undefined(cycle: int) -> str:
    """Why time cannot go on."""
    return (
        f"in cycle {cycle} the interrupt line of the device, or a register answer, is undefined (X): time cannot go on"
    )
