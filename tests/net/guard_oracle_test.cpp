// Boost.Beast's parser as a second opinion: whatever our guard accepts, Beast reads the same way. (Not the other way
// round: Beast accepts framing that the guard refuses; spec/security.md 7.)
#include <gtest/gtest.h>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "guard_rows.hpp"
#include "net/request_guard.hpp"

namespace ingot::net {
namespace {

namespace http = boost::beast::http;

TEST(GuardOracle, BeastReadsEveryAcceptedHeadTheSameWay) {
    size_t compared = 0;
    for (auto const& row : guard_rows()) {
        if (row.status != 0) continue;
        Limits limits;
        HeadScan scan(limits);
        ASSERT_EQ(scan.look(row.bytes), HeadScan::State::Complete) << row.name;
        Head head;
        Framing framing;
        ASSERT_FALSE(read_head(row.bytes, scan, limits, {}, head, framing)) << row.name;

        http::request_parser<http::empty_body> beast;
        beast.header_limit(64 * 1024);
        boost::system::error_code error;
        size_t const begin = scan.head_begin();  // Beast refuses empty lines before the request
        size_t used = beast.put(boost::asio::buffer(row.bytes.data() + begin, scan.head_end() - begin), error);
        ASSERT_FALSE(error && error != http::error::need_more) << row.name << ": " << error.message();
        EXPECT_EQ(used, scan.head_end() - begin) << row.name;
        EXPECT_EQ(std::string_view(beast.get().method_string()), head.method_text) << row.name;
        bool absolute = beast.get().target().find("://") != boost::beast::string_view::npos;
        if (!absolute) {
            EXPECT_EQ(std::string_view(beast.get().target()), head.target) << row.name;
        }
        EXPECT_EQ(beast.chunked(), framing.chunked) << row.name;
        uint64_t length = beast.content_length() ? *beast.content_length() : 0;
        EXPECT_EQ(length, head.content_length.value_or(0)) << row.name;
        size_t fields = 0;
        for (auto const& field : beast.get()) {
            EXPECT_EQ(std::string_view(field.value()), head.fields[fields].second) << row.name;
            ++fields;
        }
        EXPECT_EQ(fields, head.fields.size()) << row.name;
        ++compared;
    }
    EXPECT_GT(compared, 20u);
}

}  // namespace
}  // namespace ingot::net
