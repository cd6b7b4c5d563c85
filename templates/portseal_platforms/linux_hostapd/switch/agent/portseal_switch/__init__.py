"""The program that makes a Linux box with a bridge and hostapd a switch that portseal can manage."""
