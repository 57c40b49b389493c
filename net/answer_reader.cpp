#include "net/answer_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>

namespace ingot::net {
namespace {

namespace http = boost::beast::http;
using ErrorCode = boost::beast::error_code;
using Text = boost::beast::string_view;

constexpr uint32_t kAnswerHeadMax = 64 * 1024;

std::string_view plain(Text text) { return {text.data(), text.size()}; }

tl::unexpected<Error> malformed(std::string const& what) {
    return fail(Code::Unreachable, "the node's answer is malformed: " + what, "节点的响应格式错误");
}

}  // namespace

// Hands on what Beast finds.
class AnswerReader::Parser final : public http::basic_parser<false> {
  public:
    Parser(ClientAnswer& answer, Client::Sink const& sink) : answer_(answer), sink_(sink) {
        eager(true);
        header_limit(kAnswerHeadMax);
        body_limit(boost::none);  // the node is one we chose; the sink may stop
    }
    bool stopped() const { return stopped_; }

  private:
    void on_request_impl(http::verb, Text, Text, int, ErrorCode&) override {}
    void on_response_impl(int status, Text, int, ErrorCode&) override { answer_.status = status; }
    void on_field_impl(http::field, Text name, Text value, ErrorCode&) override {
        answer_.headers.emplace_back(plain(name), plain(value));
    }
    void on_header_impl(ErrorCode&) override {}
    void on_body_init_impl(boost::optional<uint64_t> const&, ErrorCode&) override {}
    size_t on_body_impl(Text piece, ErrorCode& error) override { return give(piece, error); }
    void on_chunk_header_impl(uint64_t, Text, ErrorCode&) override {}
    size_t on_chunk_body_impl(uint64_t, Text piece, ErrorCode& error) override { return give(piece, error); }
    void on_finish_impl(ErrorCode&) override {}

    size_t give(Text piece, ErrorCode& error) {
        if (!piece.empty() && !sink_(plain(piece))) {
            stopped_ = true;
            error = boost::system::errc::make_error_code(boost::system::errc::operation_canceled);
        }
        return piece.size();
    }

    ClientAnswer& answer_;
    Client::Sink const& sink_;
    bool stopped_ = false;
};

Result<bool> AnswerReader::more() {
    auto got = connection_.read(buffer_);
    if (got && *got) anything_came_ = true;
    return got;
}

Result<ClientAnswer> AnswerReader::read() {
    for (;;) {
        ClientAnswer answer;
        if (auto done = read_one(answer); !done) return fail(done.error());
        if (answer.status >= 200) return answer;
    }
}

Result<void> AnswerReader::read_one(ClientAnswer& answer) {
    Parser parser(answer, sink_);
    parser.skip(head_request_);
    for (;;) {
        ErrorCode error;
        if (!buffer_.empty()) buffer_.erase(0, parser.put(boost::asio::buffer(buffer_), error));
        if (parser.stopped()) return {};
        if (error && error != http::error::need_more) return malformed(error.message());
        if (parser.is_done()) break;
        auto got = more();
        if (!got) return fail(got.error());
        if (*got) continue;
        if (!parser.got_some())
            return fail(Code::Unreachable, "the node closed the connection without an answer", "节点关闭了连接");
        parser.put_eof(error);
        if (error) return malformed("it was cut off: " + error.message());
        return {};  // such a body ends with its connection
    }
    keep_ = parser.keep_alive() && buffer_.empty();
    return {};
}

}  // namespace ingot::net
