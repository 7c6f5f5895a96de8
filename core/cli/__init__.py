"""The command line: `rd-explorer …`, or `python -m core …` in a checkout.

main      names the commands and turns errors into sentences; `main()` is the entry point
run       opens the app
files     encode, decode, measure: one picture
sweep     measures a data set; bdrate: what its results say
codecs    lists the codecs; models: the store of trained models
train     train_digits, train_photos: training
progress  how far long commands are; output: how results are printed

A command reads its arguments, calls one function of core, and prints what that returns.
"""
