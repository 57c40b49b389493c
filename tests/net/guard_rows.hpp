// The table of spec/security.md 7 for request heads: one row a case. Read by the pure test and by the test over TLS.
#pragma once

#include <string>
#include <vector>

struct GuardRow {
    std::string name;
    std::string bytes;
    int status;   // 0 = accepted
    bool closes;  // after the answer
};

inline GuardRow accepted(std::string name, std::string bytes) { return {std::move(name), std::move(bytes), 0, false}; }
inline GuardRow refused(int status, std::string name, std::string bytes) {
    return {std::move(name), std::move(bytes), status, true};
}
inline std::string with_line(std::string const& line) { return "GET / HTTP/1.1\r\nHost: x\r\n" + line + "\r\n\r\n"; }
inline std::string with_host(std::string const& host) { return "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"; }
inline std::string request_line(std::string const& line) { return line + "\r\nHost: x\r\n\r\n"; }
inline std::string fields(size_t count) {  // Host included
    std::string text = "GET / HTTP/1.1\r\nHost: x\r\n";
    for (size_t i = 1; i < count; ++i) text += "A: b\r\n";
    return text + "\r\n";
}
inline std::string head_of(size_t bytes) {
    std::string text = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
    return text + std::string(bytes - text.size() - 4, 'a') + "\r\n\r\n";
}
inline std::string post_with(std::string const& lines, std::string const& body = {}) {
    return "POST /echo HTTP/1.1\r\nHost: x\r\n" + lines + "\r\n\r\n" + body;
}

inline std::vector<GuardRow> guard_rows() {
    std::string const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    std::vector<GuardRow> rows = {
        accepted("plain", get),
        accepted("one empty line first", "\r\n" + get),
        accepted("two empty lines first", "\r\n\r\n" + get),
        refused(400, "three empty lines first", "\r\n\r\n\r\n" + get),
        refused(400, "bare LF ends the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n"),
        refused(400, "bare LF ends a field", "GET / HTTP/1.1\r\nHost: x\n\r\n"),
        refused(400, "bare LF everywhere", "GET / HTTP/1.1\nHost: x\n\n"),
        refused(400, "bare LF first", "\n" + get),
        refused(400, "bare CR in a field", "GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n"),
        refused(400, "bare CR in the request line", "GET /\rHTTP/1.1\r\nHost: x\r\n\r\n"),
        accepted("target of 8192", request_line("GET /" + std::string(8191, 'a') + " HTTP/1.1")),
        refused(414, "target of 8193", request_line("GET /" + std::string(8192, 'a') + " HTTP/1.1")),
        refused(414, "endless target", "GET /" + std::string(9000, 'a')),
        accepted("head of 16384", head_of(16384)),
        refused(431, "head of 16385", head_of(16385)),
        refused(431, "endless field", "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(17000, 'a')),
        accepted("100 fields", fields(100)),
        refused(431, "101 fields", fields(101)),
        refused(405, "CONNECT", request_line("CONNECT x:443 HTTP/1.1")),
        refused(405, "TRACE", request_line("TRACE / HTTP/1.1")),
        refused(501, "unknown method", request_line("BREW / HTTP/1.1")),
        refused(501, "lower-case method", request_line("get / HTTP/1.1")),
        refused(400, "method is no token", request_line("G(T / HTTP/1.1")),
        refused(501, "method of 16", request_line(std::string(16, 'A') + " / HTTP/1.1")),
        refused(400, "method of 17", request_line(std::string(17, 'A') + " / HTTP/1.1")),
        refused(400, "no method", request_line(" / HTTP/1.1")),
        accepted("query", request_line("GET /a?b=c|d HTTP/1.1")),
        refused(400, "fragment in target", request_line("GET /a#b HTTP/1.1")),
        accepted("absolute form", request_line("GET http://other.example:80/a HTTP/1.1")),
        accepted("absolute form https", request_line("GET HTTPS://other.example/ HTTP/1.1")),
        accepted("absolute form without path", request_line("GET http://other.example HTTP/1.1")),
        refused(400, "absolute form with userinfo", request_line("GET http://u@other.example/ HTTP/1.1")),
        refused(400, "absolute form, other scheme", request_line("GET ftp://other.example/ HTTP/1.1")),
        refused(400, "absolute form, no authority", request_line("GET http:///a HTTP/1.1")),
        refused(400, "absolute form, bad port", request_line("GET http://a:99999/ HTTP/1.1")),
        accepted("OPTIONS *", request_line("OPTIONS * HTTP/1.1")),
        refused(400, "GET *", request_line("GET * HTTP/1.1")),
        refused(400, "authority form", request_line("GET x:443 HTTP/1.1")),
        refused(400, "space in target", request_line("GET /a b HTTP/1.1")),
        refused(400, "two spaces", request_line("GET  / HTTP/1.1")),
        refused(400, "tab in request line", request_line("GET\t/ HTTP/1.1")),
        refused(400, "control byte in target", request_line("GET /\x01 HTTP/1.1")),
        refused(400, "DEL in target", request_line("GET /\x7f HTTP/1.1")),
        refused(400, "byte 0x80 in target", request_line("GET /\x80 HTTP/1.1")),
        refused(400, "UTF-8 in target", request_line("GET /铅 HTTP/1.1")),
        refused(505, "HTTP/2.0", request_line("GET / HTTP/2.0")),
        refused(505, "HTTP/0.9", request_line("GET / HTTP/0.9")),
        refused(505, "HTTP/1.2", request_line("GET / HTTP/1.2")),
        refused(505, "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        refused(400, "http/1.1", request_line("GET / http/1.1")),
        refused(400, "HTTP/1.10", request_line("GET / HTTP/1.10")),
        refused(400, "HTTP/1", request_line("GET / HTTP/1")),
        refused(400, "no version", request_line("GET /")),
        refused(400, "space after version", request_line("GET / HTTP/1.1 ")),
        refused(400, "binary noise", std::string("\x16\x03\x01\x00\xa5\x01\x00\x00", 8)),
        refused(400, "field without colon", with_line("Abc")),
        refused(400, "empty field name", with_line(": b")),
        refused(400, "non-token field name", with_line("A(b: c")),
        refused(400, "byte 0x80 in a field name", with_line("A\x80: c")),
        refused(400, "space before colon", with_line("A : b")),
        refused(400, "tab before colon", with_line("A\t: b")),
        refused(400, "folded line", with_line("A: b\r\n c")),
        refused(400, "folded line with tab", with_line("A: b\r\n\tc")),
        refused(400, "folded first line", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"),
        refused(400, "line of spaces", with_line("  ")),
        refused(400, "NUL in a value", with_line(std::string("A: b\0c", 6))),
        refused(400, "control in a value", with_line("A: b\x02")),
        refused(400, "DEL in a value", with_line("A: b\x7f")),
        accepted("tab in a value", with_line("A: b\tc")),
        accepted("bytes over 0x80 in a value", with_line("A: \xe9\x93\x85\xff")),
        accepted("empty value", with_line("A:")),
        refused(400, "no Host", "GET / HTTP/1.1\r\n\r\n"),
        refused(400, "no Host but other fields", "GET / HTTP/1.1\r\nA: b\r\n\r\n"),
        refused(400, "two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"),
        refused(400, "empty Host", with_host("")),
        refused(400, "space in Host", with_host("a b")),
        refused(400, "slash in Host", with_host("a/b")),
        refused(400, "at sign in Host", with_host("u@a")),
        refused(400, "bad port in Host", with_host("a:b")),
        refused(400, "port 0 in Host", with_host("a:0")),
        refused(400, "port 65536 in Host", with_host("a:65536")),
        refused(400, "bytes over 0x80 in Host", with_host("铅.example")),
        refused(400, "Host of 256", with_host(std::string(256, 'a'))),
        accepted("Host of 255", with_host(std::string(255, 'a'))),
        accepted("Host with port", with_host("a.example:65535")),
        accepted("IPv6 Host", with_host("[::1]:8443")),
        refused(400, "unclosed IPv6 Host", with_host("[::1")),
        accepted("Content-Length 3", post_with("Content-Length: 3", "abc")),
        accepted("Content-Length 0", post_with("Content-Length: 0")),
        accepted("Content-Length with zeros", post_with("Content-Length: 0003", "abc")),
        refused(413, "Content-Length of 19 digits", post_with("Content-Length: 9223372036854775807")),
        refused(400, "Content-Length 2^63", post_with("Content-Length: 9223372036854775808")),
        refused(400, "Content-Length of 20 digits", post_with("Content-Length: 00000000000000000003", "abc")),
        accepted("chunked", post_with("Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n")),
        accepted("Chunked in capitals", post_with("Transfer-Encoding: \t CHUNKED \t", "3\r\nabc\r\n0\r\n\r\n")),
        refused(400, "Transfer-Encoding then Content-Length",
                post_with("Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n")),
        refused(400, "Content-Length then Transfer-Encoding",
                post_with("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        refused(400, "Transfer-Encoding in 1.0",
                "POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        refused(400, "two Transfer-Encodings",
                post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        refused(501, "gzip, chunked", post_with("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")),
        refused(501, "identity, chunked", post_with("Transfer-Encoding: identity, chunked", "0\r\n\r\n")),
        refused(417, "other Expect", post_with("Expect: 200-ok\r\nContent-Length: 0")),
        refused(417, "two Expects", post_with("Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 0")),
        refused(415, "Content-Encoding br", post_with("Content-Encoding: br\r\nContent-Length: 3", "abc")),
        refused(415, "two Content-Encodings",
                post_with("Content-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 3", "abc")),
        accepted("Content-Encoding identity", post_with("Content-Encoding: identity\r\nContent-Length: 3", "abc")),
        accepted("Upgrade h2c", with_line("Upgrade: h2c\r\nConnection: Upgrade")),
        accepted("method override", with_line("X-HTTP-Method-Override: DELETE")),
        accepted("body on GET", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"),
        accepted("body on DELETE", "DELETE / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"),
        accepted("POST without length", "POST / HTTP/1.1\r\nHost: x\r\n\r\n"),
        refused(413, "body over 64 KiB on GET", "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n"),
    };
    for (std::string length : {"+1", "-1", "0x1", "1_0", "1.0", "", "3, 3", "3, 5", "1 1", "\xd9\xa3"})
        rows.push_back(refused(400, "Content-Length '" + length + "'", post_with("Content-Length: " + length, "abc")));
    for (std::string second : {"3", "5"})
        rows.push_back(refused(400, "two Content-Lengths 3 and " + second,
                               post_with("Content-Length: 3\r\nContent-Length: " + second, "abc")));
    for (std::string coding : {"xchunked", "chunked, identity", "identity", "chunked;q=1",
                               "\x0b"
                               "chunked",
                               "", "chunked, chunked", ", chunked", "chunked,", "gzip"})
        rows.push_back(
            refused(400, "Transfer-Encoding '" + coding + "'", post_with("Transfer-Encoding: " + coding, "0\r\n\r\n")));
    for (std::string name :
         {"Content-Type", "Authorization", "Cookie", "Origin", "Idempotency-Key", "If-Match", "Forwarded"})
        rows.push_back(refused(400, "two " + name, with_line(name + ": a\r\n" + name + ": a")));
    return rows;
}
