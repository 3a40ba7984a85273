# A tiny web app with data: GET /release tells the release, POST /notes keeps a line, GET /notes gives all,
# GET /peer tells what the request says of the visitor. Perl is part of every Debian image.
use strict;
use warnings;
use IO::Socket::INET;

my $notes = '/data/notes';
$SIG{TERM} = $SIG{INT} = sub { exit 0 };

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return scalar <$file>;
}

my $server = IO::Socket::INET->new(LocalPort => 8000, Listen => 64, ReuseAddr => 1) or die "listen: $!";
while (my $client = $server->accept) {
    my $request = <$client> // next;
    my %headers;
    while (defined(my $line = <$client>)) {
        $line =~ s/\r?\n$//;
        last if $line eq '';
        $headers{lc $1} = $2 if $line =~ /^([^:]+):\s*(.*)$/;
    }
    my ($method, $path) = split / /, $request;
    my ($status, $body) = ('404 Not Found', "not found\n");
    if ($method eq 'POST' && $path eq '/notes') {
        read $client, my $text, $headers{'content-length'} || 0;
        open my $file, '>>', $notes or die "$notes: $!";
        print {$file} "$text\n";
        close $file or die "$notes: $!";
        ($status, $body) = ('201 Created', "$text\n");
    }
    elsif ($path eq '/notes')   { ($status, $body) = ('200 OK', slurp($notes)) }
    elsif ($path eq '/release') { ($status, $body) = ('200 OK', slurp('/srv/release')) }
    elsif ($path eq '/peer') {
        $status = '200 OK';
        $body = join '', map { "$_: " . ($headers{$_} // '') . "\n" } qw(host x-forwarded-for x-forwarded-proto x-real-ip);
    }
    print {$client} "HTTP/1.1 $status\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
    close $client;
}
