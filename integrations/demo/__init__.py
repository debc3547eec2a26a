"""The demo data: public incidents in our own words, and one practice incident to try things on."""
