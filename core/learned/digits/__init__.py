"""Models of MNIST digits.

model   the tutorial's transform coder: transforms and prior   coder    it at work, once stored
train   its training, up to the stored model                   figures  what it costs and gives
vae     a variational autoencoder                              vae_train
runs    what both trainings share                              checks   of what is stored
family  cards, registered with the store                       lab      questions to the models
"""
