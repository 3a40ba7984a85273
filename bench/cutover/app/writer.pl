# Fills a file with random bytes, then writes 64 KiB of it anew, now here and now there, about 3 MiB a second.
use strict;
use warnings;
use Fcntl qw(O_RDWR O_CREAT SEEK_SET);

$SIG{TERM} = $SIG{INT} = sub { exit 0 };

my ($path, $mib) = @ARGV;
my $block = 65536;
open my $random, '<:raw', '/dev/urandom' or die "urandom: $!";
sysopen my $file, $path, O_RDWR | O_CREAT or die "$path: $!";

sub put {
    my ($at, $length) = @_;
    sysread $random, my $bytes, $length or die "urandom: $!";
    sysseek $file, $at, SEEK_SET or die "$path: $!";
    syswrite $file, $bytes or die "$path: $!";
}

for (my $at = -s $file; $at < $mib * 1048576; $at += $block) { put($at, $block) }
while (1) {
    put($block * int(rand($mib * 16)), $block);
    select undef, undef, undef, 0.02;
}
