#include "net/body_reader.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace ingot::net {
namespace {

std::string gzip(std::string const& text) {
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(text.size() / 2 + 200, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

std::string mixed_text(size_t size) {
    std::string text;
    for (size_t i = 0; text.size() < size; ++i) text += std::to_string(i * 2654435761u) + ",";
    text.resize(size);
    return text;
}

struct Outcome {
    int status = -1;
    std::string body;
};

Outcome read(BodyReader::Plan plan, std::string const& bytes, size_t step) {
    BodyReader reader(plan);
    Outcome outcome;
    for (size_t at = 0; at < bytes.size() || bytes.empty();) {
        size_t taken = 0;
        auto state = reader.feed(std::string_view(bytes).substr(at, step), taken);
        at += taken;
        if (state == BodyReader::State::Refused) outcome.status = reader.refusal().status;
        if (state == BodyReader::State::Done) outcome.status = 0;
        if (state != BodyReader::State::More) break;
    }
    outcome.body = reader.body();
    return outcome;
}

BodyReader::Plan gzip_plan(std::string const& bytes, size_t bytes_max) {
    return {bytes.size(), bytes_max, true, false};
}

TEST(BodyReader, ReadsByLengthInAnySteps) {
    for (size_t step : {1, 3, 100}) EXPECT_EQ(read({5, 10, false, false}, "abcdefgh", step).body, "abcde");
}

TEST(BodyReader, DropsWhatIsNotWanted) {
    Outcome outcome = read({{}, 10, false, true}, "3\r\nabc\r\n0\r\n\r\n", 2);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.body, "");
}

TEST(BodyReader, DecodesGzipOfOneAndTwoMembers) {
    std::string text = mixed_text(50'000);
    std::string one = gzip(text);
    for (size_t step : {size_t{1}, size_t{777}, one.size()})
        EXPECT_EQ(read(gzip_plan(one, 50'000), one, step).body, text);
    std::string two = one + gzip("more");
    EXPECT_EQ(read(gzip_plan(two, 60'000), two, 1000).body, text + "more");
}

TEST(BodyReader, CountsDecodedBytesAgainstTheLimit) {
    std::string bytes = gzip(mixed_text(50'000));
    EXPECT_EQ(read(gzip_plan(bytes, 50'000), bytes, 1000).status, 0);
    EXPECT_EQ(read(gzip_plan(bytes, 49'999), bytes, 1000).status, 413);
}

TEST(BodyReader, RefusesABombByItsRatio) {
    std::string bytes = gzip(std::string(5'000'000, 'a'));
    EXPECT_EQ(read(gzip_plan(bytes, 10'000'000), bytes, 1000).status, 413);
}

TEST(BodyReader, RefusesDamagedAndCutGzip) {
    std::string bytes = gzip(mixed_text(5'000));
    std::string cut = bytes.substr(0, bytes.size() - 1);
    EXPECT_EQ(read(gzip_plan(cut, 10'000), cut, 100).status, 400);
    std::string flipped = bytes;
    flipped[flipped.size() - 6] = static_cast<char>(flipped[flipped.size() - 6] ^ 1);  // in the checksum
    EXPECT_EQ(read(gzip_plan(flipped, 10'000), flipped, 100).status, 400);
    std::string trailing = bytes + "xyz";
    EXPECT_EQ(read(gzip_plan(trailing, 10'000), trailing, 100).status, 400);
    std::string plain = "not gzip";
    EXPECT_EQ(read(gzip_plan(plain, 10'000), plain, 100).status, 400);
}

TEST(BodyReader, DecodesGzipInsideChunks) {
    std::string bytes = gzip("hello");
    char size[16];
    snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    EXPECT_EQ(read({{}, 100, true, false}, size + bytes + "\r\n0\r\n\r\n", 3).body, "hello");
}

}  // namespace
}  // namespace ingot::net
