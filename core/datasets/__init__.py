"""Pictures to train on and to test with, as uint8 arrays.

`mnist`   digits: the data set itself, the few that ship, and any picture as MNIST would hold it
`photos`  a folder of photographs ─► one decoded buffer on the disk ─► random patches by step
"""
