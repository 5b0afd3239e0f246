"""What starts Ouchi on one machine. Nothing here runs in a deployment but the set-up step (`tools.provision`)."""
