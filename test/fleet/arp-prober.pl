# Asks for a VIP by ARP, 200 times a second, and listens for whoever claims it. Runs in the switch's network namespace.
#
#   perl arp-prober.pl BRIDGE ADDRESS VIP RIP...
#
# BRIDGE: where it asks. ADDRESS: as whom; nobody else's, for its MAC is made up. RIP...: addresses that must answer; one of them is asked with each request for the VIP,
# so that silence about the VIP means something. Listens on every port of the switch, so that it also hears what hosts
# say to each other. Says `ready`; for each line on stdin one line of JSON about the time since the last one, not before
# two more requests for the VIP have gone out. Ends with its stdin. Needs perl-base only.
use strict;
use warnings;

my ($bridge, $address, $vip, @rips) = @ARGV;
my ($AF_PACKET, $SOCK_RAW, $SOL_SOCKET, $ETH_P_ALL, $ETH_P_ARP, $OUTGOING) = (17, 3, 1, 0x0003, 0x0806, 4);
my ($SO_ATTACH_FILTER, $SO_RCVBUFFORCE, $SIOCGIFINDEX) = (26, 33, 0x8933);
my $period = 1 / 200;

# Time::HiRes is not in perl-base. 113 is the number of clock_gettime wherever the kernel's numbers are the generic ones.
my $clock_gettime = `uname -m` eq "x86_64\n" ? 228 : 113;
sub now {
  my $time = "\0" x 16;
  syscall $clock_gettime, 1, $time;
  my ($seconds, $nanoseconds) = unpack 'q q', $time;
  return $seconds + $nanoseconds / 1e9;
}

sub packed { pack 'C4', split /\./, $_[0] }
sub printed { join '.', unpack 'C4', $_[0] }

socket my $socket, $AF_PACKET, $SOCK_RAW, unpack('S', pack 'n', $ETH_P_ALL) or die "packet socket: $!\n";
# ldh [12]; jeq #0x806; ret whole : ret 0
my $filter = pack '(SCCL)4', 0x28, 0, 0, 12, 0x15, 0, 1, $ETH_P_ARP, 0x06, 0, 0, 65535, 0x06, 0, 0, 0;
setsockopt $socket, $SOL_SOCKET, $SO_ATTACH_FILTER, pack('S x![J] P', 4, $filter) or die "filter: $!\n";
setsockopt $socket, $SOL_SOCKET, $SO_RCVBUFFORCE, pack('i', 8 << 20) or die "buffer: $!\n";
ioctl $socket, $SIOCGIFINDEX, my $index = pack 'a16 x24', $bridge or die "$bridge: $!\n";
my $ifindex = unpack 'x16 i', $index;
my $mac = pack 'H12', '0288ffffff01';
my $to = pack 'S n i S C C a8', $AF_PACKET, $ETH_P_ARP, $ifindex, 1, 0, 6, "\xff" x 6;

sub ask {
  my ($target) = @_;
  my $frame = "\xff" x 6 . $mac . pack('n', $ETH_P_ARP)
    . pack('n n C C n', 1, 0x0800, 6, 4, 1) . $mac . packed($address) . "\0" x 6 . packed($target);
  defined send $socket, $frame, 0, $to or die "send: $!\n";
}

my (%claims, %answers, %asks, $sent, $since, $longest);
sub begin { %claims = %answers = %asks = (); ($sent, $longest, $since) = (0, 0, now()) }

my %rip = map { $_ => 1 } @rips;

# claims: ARP of any kind with the VIP as its sender. answers: replies for a RIP. asks: requests from another address.
sub hear {
  while (defined(my $from = recv $socket, my $frame, 128, 0x40)) {
    my ($where, $kind) = unpack 'x4 i x2 C', $from;
    next if $kind == $OUTGOING || $where == $ifindex || length $frame < 42;
    my ($source, $operation, $sender) = unpack 'x6 H12 x8 n x6 a4', $frame;
    $source = join ':', $source =~ /../g;
    $sender = printed $sender;
    my $what = $operation == 2 ? 'reply' : 'request';
    if ($sender eq $vip) { $claims{$source}{$what}++ }
    elsif ($what eq 'request') { $asks{$source}++ }
    elsif ($rip{$sender}) { $answers{$source}++ }
  }
}

sub json {
  my ($value) = @_;
  return $value unless ref $value;
  return '{' . join(',', map { "\"$_\":" . json($value->{$_}) } sort keys %$value) . '}';
}

sub report {
  print json({
    sent => $sent, milliseconds => int(1000 * (now() - $since)), longestGap => int(1000 * $longest),
    claims => \%claims, answers => \%answers, asks => \%asks,
  }), "\n";
  begin();
}

$| = 1;
setpriority 0, 0, -10;
begin();
print "ready\n";
my ($next, $last, $turn, $due) = (now(), now(), 0, undef);
while (1) {
  my $now = now();
  if ($now >= $next) {
    $next += $period;
    ask($vip);
    ask($rips[$turn++ % @rips]) if @rips;
    $sent++;
    $longest = $now - $last if $now - $last > $longest;
    $last = $now;
    if (defined $due && --$due == 0) { hear(); report(); undef $due }
  }
  my $ready = '';
  vec($ready, fileno $socket, 1) = 1;
  vec($ready, 0, 1) = 1 unless defined $due;
  my $wait = $next - time;
  select $ready, undef, undef, $wait > 0 ? $wait : 0;
  hear() if vec $ready, fileno $socket, 1;
  next unless vec $ready, 0, 1;
  sysread(STDIN, my $line, 4096) or exit;
  $due = 3;
}
