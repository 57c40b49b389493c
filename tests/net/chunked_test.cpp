#include "net/chunked.hpp"

#include <gtest/gtest.h>

namespace ingot::net {
namespace {

struct Decoded {
    int status = 0;  // 0 = done, -1 = wants more
    std::string body;
    size_t taken = 0;
};

Decoded decode(std::string const& bytes, size_t step, uint64_t bytes_max = 1 << 20) {
    ChunkedDecoder decoder(bytes_max);
    Decoded result;
    result.status = -1;
    while (result.taken < bytes.size()) {
        size_t taken = 0;
        auto state = decoder.feed(std::string_view(bytes).substr(result.taken, step), taken, result.body);
        result.taken += taken;
        if (state == ChunkedDecoder::State::Refused) result.status = decoder.refusal().status;
        if (state == ChunkedDecoder::State::Done) result.status = 0;
        if (state != ChunkedDecoder::State::More) break;
    }
    return result;
}

std::string chunks(size_t count, std::string const& data) {
    std::string text;
    char size[16];
    snprintf(size, sizeof size, "%zx\r\n", data.size());
    for (size_t i = 0; i < count; ++i) text += size + data + "\r\n";
    return text + "0\r\n\r\n";
}

std::string trailers(size_t count, size_t value_bytes) {
    std::string text = "0\r\n";
    for (size_t i = 0; i < count; ++i) text += "A: " + std::string(value_bytes, 'b') + "\r\n";
    return text + "\r\n";
}

TEST(ChunkedDecoder, DecidesEveryRowOfTheTable) {
    struct {
        char const* name;
        std::string bytes;
        int status;
        std::string body;
    } const rows[] = {
        {"one chunk", "3\r\nabc\r\n0\r\n\r\n", 0, "abc"},
        {"two chunks", "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", 0, "abc0123456789"},
        {"size of 8 digits", "00000003\r\nabc\r\n00000000\r\n\r\n", 0, "abc"},
        {"lower-case hex", "b\r\n01234567890\r\n0\r\n\r\n", 0, "01234567890"},
        {"empty body", "0\r\n\r\n", 0, ""},
        {"size of 9 digits", "000000003\r\nabc\r\n", 400, ""},
        {"empty size", "\r\nabc\r\n", 400, ""},
        {"size with sign", "+3\r\nabc\r\n", 400, ""},
        {"negative size", "-3\r\nabc\r\n", 400, ""},
        {"size with 0x", "0x3\r\nabc\r\n", 400, ""},
        {"space in the size", "3 \r\nabc\r\n", 400, ""},
        {"space before the size", " 3\r\nabc\r\n", 400, ""},
        {"space before an extension", "3 ;a\r\nabc\r\n", 400, ""},
        {"extension", "3;a=b;c=\"d;e\\\"\"\r\nabc\r\n0;z\r\n\r\n", 0, "abc"},
        {"extension of 256", "3;" + std::string(256, 'a') + "\r\nabc\r\n0\r\n\r\n", 0, "abc"},
        {"extension of 257", "3;" + std::string(257, 'a') + "\r\nabc\r\n0\r\n\r\n", 400, ""},
        {"extension with LF", "3;a\nb\r\nabc\r\n", 400, ""},
        {"extension with control", "3;a\x01\r\nabc\r\n", 400, ""},
        {"extension, open quote", "3;a=\"b\r\nabc\r\n", 400, ""},
        {"bare LF after size", "3\nabc\r\n0\r\n\r\n", 400, ""},
        {"bare CR after size", "3\rabc\r\n0\r\n\r\n", 400, ""},
        {"data too long", "3\r\nabcd\r\n0\r\n\r\n", 400, "abc"},
        {"data ended by LF", "3\r\nabc\n0\r\n\r\n", 400, "abc"},
        {"data ended by CR", "3\r\nabc\r0\r\n\r\n", 400, "abc"},
        {"no last chunk", "3\r\nabc\r\n", -1, "abc"},
        {"cut in data", "3\r\nab", -1, "ab"},
        {"trailer", "0\r\nA: b\r\nC:\r\n\r\n", 0, ""},
        {"trailer without colon", "0\r\nAb\r\n\r\n", 400, ""},
        {"trailer, empty name", "0\r\n: b\r\n\r\n", 400, ""},
        {"trailer folded", "0\r\nA: b\r\n c\r\n\r\n", 400, ""},
        {"trailer with control", "0\r\nA: \x02\r\n\r\n", 400, ""},
        {"trailer with bare LF", "0\r\nA: b\n\r\n", 400, ""},
        {"16 trailers", trailers(16, 1), 0, ""},
        {"17 trailers", trailers(17, 1), 431, ""},
        {"trailers of 4 KiB", trailers(4, 1019), 0, ""},
        {"trailers over 4 KiB", trailers(4, 1020), 431, ""},
        {"endless trailer", "0\r\nA: " + std::string(5000, 'a'), 431, ""},
    };
    for (auto const& row : rows) {
        for (size_t step : {row.bytes.size(), size_t{1}, size_t{3}}) {
            Decoded result = decode(row.bytes, step);
            EXPECT_EQ(result.status, row.status) << row.name << " in steps of " << step;
            if (row.status <= 0) {
                EXPECT_EQ(result.body, row.body) << row.name;
            }
        }
    }
}

TEST(ChunkedDecoder, RefusesTheChunkThatPassesTheLimitBeforeItsData) {
    EXPECT_EQ(decode("5\r\nabcde\r\n5\r\nabcde\r\n0\r\n\r\n", 100, 10).status, 0);
    Decoded over = decode("5\r\nabcde\r\n6\r\n", 100, 10);
    EXPECT_EQ(over.status, 413);
    EXPECT_EQ(over.body, "abcde");
    EXPECT_EQ(decode("ffffffff\r\n", 100, 10).status, 413);
}

TEST(ChunkedDecoder, RefusesTooManyAndTooSmallChunks) {
    std::string const sixteen(16, 'a');
    EXPECT_EQ(decode(chunks(16'384, sixteen), 1 << 20).status, 0);
    EXPECT_EQ(decode(chunks(16'385, sixteen), 1 << 20).status, 400);
    EXPECT_EQ(decode(chunks(1'024, "a"), 1 << 20).status, 0);
    EXPECT_EQ(decode(chunks(1'025, "a"), 1 << 20).status, 400);
    EXPECT_EQ(decode(chunks(1'025, "fifteen bytes !"), 1 << 20).status, 400);
}

TEST(ChunkedDecoder, LeavesTheNextRequestAlone) {
    std::string const body = "3\r\nabc\r\n0\r\n\r\n";
    Decoded result = decode(body + "GET / HTTP/1.1\r\n", 100);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.taken, body.size());
}

}  // namespace
}  // namespace ingot::net
