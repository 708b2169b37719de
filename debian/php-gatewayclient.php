mod debian/gatewayclient.ini
