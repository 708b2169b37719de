<?php

return ['type' => 'php', 'view_suffix' => 'html'];
