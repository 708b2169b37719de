# What scripts/demo says, for printf, in English and Chinese. The keys and their
# arguments are the same in both: tests/structure/check.py looks.

# shellcheck disable=SC2034 # WORDS names one of them
declare -A ENGLISH=(
    [screenshots]='--screenshots needs a folder'
    [option]='unknown option %s (see --help)'
    [tls]='--tls is for gatewayd'
    [taken]='port %s is taken (%s).
Choose another one: %s
or end the program that uses it (%s shows which).'
    [web port]='the web server'
    [websocket port]="the pages' WebSockets"
    [register port]='the Register'
    [inner port]="the gateway's inner port"
    [certificate]='openssl made no certificate (see %s)'
    [not started]='the server did not start (its log is above)'
    [installing]='installing what is missing, if anything; that may take a minute or two (log: %s)'
    [no reference]='the PHP GatewayWorker cannot be had here (see above). Name its
autoload file in GATEWAYWORKER_REFERENCE, or run the demo without --gatewayworker.'
    [building]='building: a minute or two, the first time (log: %s)'
    [accept]='
  First open  %s  once and accept its certificate,
  which nobody has signed; "Upgrade Required" is the right answer there.'
    [here]='this folder'
    [running]='
  Open  %s  in two tabs, as alice and as bob, and write to each other.

  Or, when alice is there, push to her from another terminal, in %s:

      %s
      %s

  push service  %s
  web server    %s with %s
  logs          %s
  Ctrl-C stops all of it. Next: README.md, "Your first page".
'
    [ended]='one of the servers ended by itself:'
    [stopped]='stopped'
)

# shellcheck disable=SC2034
declare -A CHINESE=(
    [screenshots]='--screenshots 后面要有目录'
    [option]='没有选项 %s（见 --help）'
    [tls]='--tls 只用于 gatewayd'
    [taken]='端口 %s 已被占用（用途：%s）。
换一个端口：%s
或者结束占用它的程序（用 %s 查看）。'
    [web port]='Web 服务器'
    [websocket port]='页面的 WebSocket'
    [register port]='Register'
    [inner port]='gateway 的内部端口'
    [certificate]='openssl 没有生成证书（见 %s）'
    [not started]='服务没有启动（日志见上）'
    [installing]='安装缺少的软件包（如果有），可能要一两分钟（日志：%s）'
    [no reference]='这里装不上 PHP 版 GatewayWorker（原因见上）。请用 GATEWAYWORKER_REFERENCE
指定它的 autoload 文件，或者去掉 --gatewayworker。'
    [building]='编译中：第一次要一两分钟（日志：%s）'
    [accept]='
  先打开  %s  ，接受它的证书（只需一次）：
  这个证书没有人签名；那里显示 “Upgrade Required” 是正常的。'
    [here]='这个目录'
    [running]='
  打开  %s  ，用两个标签页，分别以 alice 和 bob 的身份互发消息。

  alice 在线时，也可以在另一个终端里向她推送，目录是%s：

      %s
      %s

  推送服务      %s
  Web 服务器    %s，扩展是 %s
  日志          %s
  Ctrl-C 停止全部程序。接下来：README.zh-CN.md 的“第一个页面”。
'
    [ended]='有一个服务自己退出了：'
    [stopped]='已停止'
)

# The Chinese is UTF-8: zh_CN alone is GB2312.
declare -n WORDS=ENGLISH
LOCALE=${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}
case ${LOCALE,,} in
zh.utf8* | zh.utf-8* | zh_*.utf8* | zh_*.utf-8*) declare -n WORDS=CHINESE ;;
esac

# words KEY ARGUMENT...
words() {
    local key=$1
    shift
    # shellcheck disable=SC2059
    printf "${WORDS[$key]}\n" "$@"
}
