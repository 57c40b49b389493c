#include "app/key_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace ingot::app {
namespace {

tl::unexpected<Error> cannot_write(std::string const& path, int number) {
    std::string const why = std::strerror(number);
    return fail(Code::Usage, "cannot write the key to " + path + ": " + why, "无法把密钥写入 " + path + "：" + why);
}

}  // namespace

Result<KeyFile> KeyFile::create(std::string const& path) {
    int const descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor >= 0) return KeyFile(path, descriptor);
    if (errno != EEXIST) return cannot_write(path, errno);
    return fail(Code::Exists, path + " is there already and is not written over; name a new file",
                path + " 已存在，不会覆盖；请指定新文件");
}

KeyFile::KeyFile(KeyFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), kept_(other.kept_) {}

KeyFile::~KeyFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
}

Result<void> KeyFile::keep(std::string_view key) {
    std::string const line = std::string(key) + "\n";
    bool const written = ::write(descriptor_, line.data(), line.size()) == ssize_t(line.size());
    if (!written || ::fsync(descriptor_) != 0) return cannot_write(path_, errno);
    kept_ = true;
    return {};
}

}  // namespace ingot::app
