"""Everything that goes wrong outside our own code: bodies, neighbours, clocks, disks, deaths."""
