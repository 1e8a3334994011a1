"""What protects a backup outside the service: encryption to public keys, and a signature."""
