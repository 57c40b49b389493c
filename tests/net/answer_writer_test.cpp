#include "net/answer_writer.hpp"

#include <gtest/gtest.h>

namespace ingot::net {
namespace {

Answer answer_of(int status, std::string body) {
    Answer answer;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
}

struct Written {
    std::optional<BodyForm> form;
    std::string head;
};

Written write(Answer const& answer, AnswerContext context = {}) {
    Written written;
    written.form = write_head(answer, context, written.head);
    return written;
}

size_t count(std::string const& text, std::string const& part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++found;
    return found;
}

TEST(AnswerWriter, WritesTheHeadByteForByte) {
    Answer answer = answer_of(201, "abc");
    answer.header("Location", "/v1/x");
    FixedLines fixed(true);
    AnswerContext context{fixed.at(from_micros(784111777'000'000)), "id-1", false, false, true};
    EXPECT_EQ(write(answer, context).head,
              "HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Content-Type-Options: nosniff\r\n"
              "Referrer-Policy: no-referrer\r\nStrict-Transport-Security: max-age=31536000\r\nRequest-Id: id-1\r\n"
              "Location: /v1/x\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");
}

TEST(AnswerWriter, SaysTheLengthExactlyOnceOrChunkedOrNothing) {
    struct Nothing : Stream {
        bool next(std::string&) override { return false; }
    };
    Answer stream = answer_of(200, "");
    stream.stream = std::make_shared<Nothing>();
    struct {
        Answer answer;
        bool http_1_0;
        size_t lengths, chunked;
    } const rows[] = {{answer_of(200, "a"), false, 1, 0},
                      {answer_of(200, ""), false, 1, 0},
                      {stream, false, 0, 1},
                      {stream, true, 0, 0},
                      {answer_of(204, ""), false, 0, 0},
                      {answer_of(304, ""), false, 0, 0}};
    for (auto const& row : rows) {
        AnswerContext context;
        context.http_1_0 = row.http_1_0;
        std::string head = write(row.answer, context).head;
        EXPECT_EQ(count(head, "Content-Length:"), row.lengths) << head;
        EXPECT_EQ(count(head, "Transfer-Encoding: chunked"), row.chunked) << head;
        EXPECT_EQ(count(head, "Connection: close"), row.http_1_0 ? 1u : 0u) << head;
    }
}

TEST(AnswerWriter, HeadSaysTheLengthOfTheBodyItDoesNotSend) {
    AnswerContext context;
    context.head_request = true;
    Written written = write(answer_of(200, "abcd"), context);
    EXPECT_NE(written.head.find("Content-Length: 4\r\n"), std::string::npos);
    EXPECT_EQ(written.form, BodyForm::None);
}

TEST(AnswerWriter, RefusesHeadersThatCouldSplitTheAnswer) {
    using namespace std::string_literals;
    for (auto const& [name, value] : {std::pair("A"s, "b\r\nSet-Cookie: x"s),
                                      {"A"s, "b\n"s},
                                      {"A"s, "b\r"s},
                                      {"A"s, "b\0c"s},
                                      {"A b"s, "c"s},
                                      {""s, "c"s},
                                      {"A:"s, "c"s},
                                      {"A\r\n"s, "c"s},
                                      {"Content-Length"s, "3"s},
                                      {"transfer-encoding"s, "chunked"s},
                                      {"Connection"s, "close"s},
                                      {"Date"s, "x"s},
                                      {"Request-Id"s, "x"s}}) {
        Answer answer = answer_of(200, "x");
        answer.header(name, value);
        Written written = write(answer);
        EXPECT_FALSE(written.form) << name << ": " << value;
        EXPECT_EQ(written.head, "");
    }
}

TEST(AnswerWriter, RefusesRenderedLinesThatAreNotWholeLines) {
    using namespace std::string_literals;
    for (auto const& [lines, good] : {std::pair("A: b\r\nC: d\r\n"s, true),
                                      {""s, true},
                                      {"A: b"s, false},
                                      {"A: b\n"s, false},
                                      {"A: b\r\n\r\n"s, false},
                                      {"\r\n"s, false},
                                      {"A\r\n"s, false},
                                      {"A: b\0\r\n"s, false},
                                      {"A: b\rc\r\n"s, false},
                                      {"Content-Length: 1\r\n"s, false}}) {
        auto rendered = std::make_shared<Rendered>();
        rendered->header_lines = lines;
        Answer answer;
        answer.rendered = rendered;
        EXPECT_EQ(write(answer).form.has_value(), good) << lines;
    }
}

TEST(AnswerWriter, WritesChunks) {
    std::string out;
    append_chunk(std::string(26, 'a'), out);
    append_chunk("", out);
    append_last_chunk(out);
    EXPECT_EQ(out, "1a\r\n" + std::string(26, 'a') + "\r\n0\r\n\r\n");
}

}  // namespace
}  // namespace ingot::net
