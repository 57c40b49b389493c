#include "net/request_guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "guard_rows.hpp"

namespace ingot::net {
namespace {

struct Read {
    HeadScan::State state = HeadScan::State::Incomplete;
    int status = 0;
    Refusal refusal;
    Head head;
    Framing framing;
    size_t head_end = 0;
};

// Reads a head given `step` bytes at a time. A body over the limits of the route is the session's business; the rows
// that test it are taken as accepted here.
Read read(std::string const& bytes, size_t step, std::vector<std::string> const& hosts = {}) {
    Limits limits;
    HeadScan scan(limits);
    Read result;
    for (size_t size = std::min(step, bytes.size());; size = std::min(size + step, bytes.size())) {
        result.state = scan.look(std::string_view(bytes).substr(0, size));
        if (result.state != HeadScan::State::Incomplete || size == bytes.size()) break;
    }
    if (result.state == HeadScan::State::Refused) {
        result.refusal = scan.refusal();
        result.status = scan.refusal().status;
    }
    if (result.state != HeadScan::State::Complete) return result;
    result.head_end = scan.head_end();
    if (auto refusal = read_head(bytes, scan, limits, hosts, result.head, result.framing)) {
        result.refusal = *refusal;
        result.status = refusal->status;
    }
    return result;
}

TEST(RequestGuard, DecidesEveryRowOfTheTable) {
    for (auto const& row : guard_rows()) {
        if (row.status == 413) continue;
        Read result = read(row.bytes, row.bytes.size());
        EXPECT_EQ(result.status, row.status) << row.name << ": " << result.refusal.detail;
        EXPECT_EQ(result.status != 0 && result.refusal.close, row.closes) << row.name;
        if (row.status == 0) {
            EXPECT_EQ(result.state, HeadScan::State::Complete) << row.name;
        }
    }
}

TEST(RequestGuard, DecidesTheSameHoweverTheBytesArrive) {
    for (auto const& row : guard_rows()) {
        if (row.status == 413) continue;
        for (size_t step : {size_t{1}, size_t{2}, size_t{7}, size_t{8}, size_t{9}})
            EXPECT_EQ(read(row.bytes, step).status, row.status) << row.name << " in steps of " << step;
    }
}

TEST(RequestGuard, NamesEachRefusalByItsCode) {
    struct {
        std::string bytes;
        std::string_view code;
    } const rows[] = {
        {request_line("GET /" + std::string(8192, 'a') + " HTTP/1.1"), "target-too-long"},
        {fields(101), "header-too-large"},
        {request_line("BREW / HTTP/1.1"), "method-unknown"},
        {request_line("TRACE / HTTP/1.1"), "method-not-allowed"},
        {request_line("GET / HTTP/2.0"), "version-not-supported"},
        {post_with("Expect: x"), "expectation-failed"},
        {post_with("Transfer-Encoding: gzip, chunked"), "not-implemented"},
        {post_with("Content-Encoding: br"), "unsupported-media-type"},
        {with_host("a b"), "bad-framing"},
    };
    for (auto const& row : rows) EXPECT_EQ(read(row.bytes, row.bytes.size()).refusal.code, row.code);
}

TEST(RequestGuard, TakesTheHeadApart) {
    std::string const bytes =
        "\r\nPOST /v1/x%2Fy?a=b?c HTTP/1.1\r\nHost: X.example:8443\r\nCONTENT-LENGTH: 12\r\n"
        "A:  b c \t\r\nConnection: keep-alive, Close\r\nExpect: 100-Continue\r\n\r\nhello";
    Read result = read(bytes, 1000);
    ASSERT_EQ(result.status, 0) << result.refusal.detail;
    EXPECT_EQ(result.head.method, Method::Post);
    EXPECT_EQ(result.head.target, "/v1/x%2Fy?a=b?c");
    EXPECT_EQ(result.head.path, "/v1/x%2Fy");
    EXPECT_EQ(result.head.query, "a=b?c");
    EXPECT_EQ(result.head.content_length, 12u);
    EXPECT_TRUE(result.head.has_body);
    EXPECT_EQ(result.head.field("a"), "b c");
    EXPECT_EQ(result.head.fields.size(), 5u);
    EXPECT_TRUE(result.framing.close);
    EXPECT_TRUE(result.framing.expect_continue);
}

TEST(RequestGuard, ReducesAbsoluteFormAndUsesItsHost) {
    std::string const bytes = "GET https://a.example:1/p?q HTTP/1.1\r\nHost: other\r\n\r\n";
    Read result = read(bytes, 1000, {"a.example"});
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.head.target, "/p?q");
    EXPECT_EQ(read(bytes, 1000, {"other"}).status, 421);
}

TEST(RequestGuard, RefusesAForeignHostAndKeepsTheConnection) {
    for (auto const& [host, status] : {std::pair("node.example", 0),
                                       {"NODE.example:8443", 0},
                                       {"[::1]:1", 0},
                                       {"evil.example", 421},
                                       {"node.example.evil", 421}}) {
        Read result = read(with_host(host), 1000, {"node.example", "[::1]"});
        EXPECT_EQ(result.status, status) << host;
        if (status != 0) {
            EXPECT_FALSE(result.refusal.close);
        }
    }
}

TEST(RequestGuard, Http10ClosesAndNeedsNoHost) {
    Read result = read("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 1000);
    EXPECT_EQ(result.status, 0);
    EXPECT_TRUE(result.head.http_1_0);
    EXPECT_TRUE(result.framing.close);
    Read expect = read("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na", 1000);
    EXPECT_FALSE(expect.framing.expect_continue);
}

TEST(RequestGuard, StopsAtTheEndOfTheHead) {
    std::string const first = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n";
    EXPECT_EQ(read(first + "\n\n\0\r", 1000).head_end, first.size());
}

TEST(RequestGuard, SaysEveryRefusalInBothLanguagesWithItsLimit) {
    for (auto const& row : guard_rows()) {
        Read result = read(row.bytes, row.bytes.size());
        if (result.status == 0) continue;
        EXPECT_FALSE(result.refusal.detail.empty()) << row.name;
        bool const chinese = std::any_of(result.refusal.detail_zh.begin(), result.refusal.detail_zh.end(),
                                         [](char c) { return static_cast<unsigned char>(c) >= 0xE4; });
        EXPECT_TRUE(chinese) << row.name << ": " << result.refusal.detail_zh;
        EXPECT_EQ(result.refusal.limit.has_value(), result.status == 414 || result.status == 431) << row.name;
    }
}

TEST(RequestGuard, FindsTheLanguageInWhateverLinesCame) {
    auto language = [](std::string const& bytes) {
        Limits const limits;
        HeadScan scan(limits);
        scan.look(bytes);
        return std::string(accept_language(bytes, scan));
    };
    EXPECT_EQ(language("GET / HTTP/9.9\r\nHost: x\r\naccept-LANGUAGE:  en-GB \r\n\r\n"), "en-GB") << "bad version";
    EXPECT_EQ(language("GET / HTTP/1.1\r\nAccept-Language: en\r\nHo\n"), "en") << "a bare LF later";
    EXPECT_EQ(language("GET / HTTP/1.1\r\nAccept-Language: e"), "") << "not whole";
    EXPECT_EQ(language("GET / HTTP/1.1\r\nHost: x\r\n\r\nAccept-Language: en\r\n"), "") << "in the body";
    EXPECT_EQ(language("Accept-Language: en\r\n"), "") << "the request line is none";
    EXPECT_EQ(language(""), "");
    std::string many = "GET / HTTP/1.1\r\nAccept-Language: en\r\n";
    for (int i = 0; i < 200; ++i) many += "A: b\r\n";
    EXPECT_EQ(language(many), "en") << "too many fields";
}

TEST(RequestGuard, NeverEchoesInput) {
    for (auto const& row : guard_rows()) {
        Read result = read(row.bytes, row.bytes.size());
        EXPECT_LT(result.refusal.detail.size(), 120u) << row.name;
        EXPECT_EQ(result.refusal.detail.find("aaaa"), std::string::npos) << row.name;
    }
}

}  // namespace
}  // namespace ingot::net
