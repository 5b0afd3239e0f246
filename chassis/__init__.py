"""What every service stands on: a microservice chassis. It knows nothing about what the services are for."""
