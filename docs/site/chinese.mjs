// What VitePress itself says, in Chinese.

export const CHINESE = {
  outline: { level: [2, 3], label: '本页目录' },
  docFooter: { prev: '上一页', next: '下一页' },
  darkModeSwitchLabel: '外观',
  lightModeSwitchTitle: '切换到浅色模式',
  darkModeSwitchTitle: '切换到深色模式',
  sidebarMenuLabel: '目录',
  returnToTopLabel: '回到顶部',
  langMenuLabel: '切换语言',
  skipToContentLabel: '跳到正文',
  notFound: {
    title: '页面不存在',
    quote: '地址可能有误，或者页面已经移走。',
    linkLabel: '回到首页',
    linkText: '回到首页',
  },
}

export const SEARCH_CHINESE = {
  translations: {
    button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
    modal: {
      displayDetails: '显示详情',
      resetButtonTitle: '清除',
      backButtonTitle: '关闭搜索',
      noResultsText: '没有找到',
      footer: {
        selectText: '打开', selectKeyAriaLabel: '回车键',
        navigateText: '选择', navigateUpKeyAriaLabel: '向上键',
        navigateDownKeyAriaLabel: '向下键',
        closeText: '关闭', closeKeyAriaLabel: 'Esc 键',
      },
    },
  },
}
