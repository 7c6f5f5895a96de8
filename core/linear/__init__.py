"""Linear algebra of pictures, in NumPy arrays.

`lowrank`  a picture's matrices ─► singular value decomposition ─► its best approximation of a rank
`patches`  planes ◄─► coefficients of overlapped patches (backwards in exact whole numbers)
`basis`    coefficients of one picture ─► the rotation of its patch basis that saves most bits

`matrix_text` reads a matrix that was typed.

The page on SVD and the codec `svd` are built on `lowrank`; the codec `klt` on `patches` and
`basis`.
"""
