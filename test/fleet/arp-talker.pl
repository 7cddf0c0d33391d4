# Speaks from a VIP, as soon as the host holds it, to neighbours that nobody knows: the host must ask for them by ARP,
# and the sender that it names is what counts. Makes the file when it has spoken for the first time.
#
#   perl arp-talker.pl VIP NEIGHBOURS(a.b.c) FILE [once]
use strict;
use warnings;
use Socket;

my ($vip, $neighbours, $file, $once) = @ARGV;
my $turn = 0;
# Few neighbours, asked for again and again: the kernel's neighbour table is one for the whole machine.
while (1) {
  socket my $socket, PF_INET, SOCK_DGRAM, 0 or die "socket: $!\n";
  if (bind $socket, pack_sockaddr_in(0, inet_aton($vip))) {
    my $to = pack_sockaddr_in(9, inet_aton("$neighbours." . (1 + $turn++ % 60)));
    if (defined send $socket, 'x', 0, $to) {
      open my $spoke, '>', $file or die "$file: $!\n";
      exit if $once;
    }
  }
  select undef, undef, undef, 0.05;
}
