"""How people come in: password, second factor, proof, own sessions, single sign-on. django-allauth does the work."""
