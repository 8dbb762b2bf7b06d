-- Portcullis policies in Neovim 0.10 or later: `require('portcullis')` with this file in `lua/`,
-- or its lines in `init.lua`.
local LANGUAGE = 'portcullis-policy'

vim.filetype.add({ extension = { policy = LANGUAGE } })

vim.api.nvim_create_autocmd('FileType', {
  pattern = LANGUAGE,
  callback = function(event)
    vim.bo[event.buf].commentstring = '# %s'
    vim.bo[event.buf].shiftwidth = 2
    vim.bo[event.buf].expandtab = true
    vim.lsp.start({
      name = 'portcullis',
      cmd = { 'portcullis', 'policy', 'lsp', '--stdio' },
      root_dir = vim.fs.root(event.buf, { 'portcullis.toml', '.git' }) or vim.fn.getcwd(),
    })
  end,
})
