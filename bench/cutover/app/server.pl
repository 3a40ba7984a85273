# Every request gets the same page. Perl is part of every Debian image.
use strict;
use warnings;
use IO::Socket::INET;

$SIG{TERM} = $SIG{INT} = sub { exit 0 };

my $page = join '', map { "line $_ of the page\n" } 1 .. 50;
my $answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " . length($page) . "\r\nConnection: close\r\n\r\n$page";
my $server = IO::Socket::INET->new(LocalPort => 8000, Listen => 512, ReuseAddr => 1) or die "listen: $!";
while (my $client = $server->accept) {
    while (defined(my $line = <$client>)) {
        last if $line =~ /^\r?\n$/;
    }
    print {$client} $answer;
    close $client;
}
